// How bytes of a line become frames and back. Protocols have framers of their own; these are for lines that have none.
import { SLOT } from '../memory/layout.ts';

export interface Framer {
  /** Finds frames in what came. @param frame  gets each; valid until it returns */
  decode(bytes: Uint8Array, frame: (frame: Uint8Array) => void): void;
  /** Bytes to send for a frame. @param into  room for them @returns how many were written */
  encode(frame: Uint8Array, into: Uint8Array): number;
  /** Most bytes that a frame may become. */
  readonly longest: number;
}

/** Raw bytes: what comes in one piece is a frame, and what is too long for one is several. */
export const RAW_BYTES: Framer = {
  decode(bytes, frame) {
    for (let at = 0; at < bytes.length; at += SLOT.dataBytes) frame(bytes.subarray(at, at + SLOT.dataBytes));
  },
  encode(frame, into) {
    into.set(frame);
    return frame.length;
  },
  longest: SLOT.dataBytes,
};

/** A datagram is a frame; one that is too long is not cut but left to the entrance, which drops and counts it. */
export const DATAGRAM: Framer = { ...RAW_BYTES, decode: (bytes, frame) => frame(bytes) };
