// Messages on libvirt's socket: a length, a header of six words, a payload (libvirt, src/rpc/virnetprotocol.x). Knows
// nothing of what the payload means.
import { GatewrightError } from '../../../model/errors.ts';

export const REMOTE_PROGRAM = 0x20008086;
export const KEEPALIVE_PROGRAM = 0x6b656570;
/** Version 1 of both programs is the only one there has ever been. */
const PROGRAM_VERSION = 1;

export const MESSAGE_TYPE = { call: 0, reply: 1, message: 2 } as const;
export const MESSAGE_STATUS = { ok: 0, error: 1 } as const;
type MessageType = (typeof MESSAGE_TYPE)[keyof typeof MESSAGE_TYPE];
type MessageStatus = (typeof MESSAGE_STATUS)[keyof typeof MESSAGE_STATUS];

const LENGTH_BYTES = 4;
const HEADER_BYTES = 24;
/** VIR_NET_MESSAGE_MAX: libvirt itself sends no larger message. */
export const MAX_FRAME_BYTES = 32 * 1024 * 1024;

export interface Frame {
  readonly program: number;
  readonly procedure: number;
  readonly type: MessageType;
  /** Chosen by the caller, repeated in the reply; 0 in what nobody asked for. */
  readonly serial: number;
  readonly status: MessageStatus;
  readonly payload: Buffer;
}

/** The bytes of one message. @throws GW_BUG when the payload is over the protocol's bound */
export function encodeFrame(frame: Frame): Buffer {
  const length = LENGTH_BYTES + HEADER_BYTES + frame.payload.length;
  if (length > MAX_FRAME_BYTES)
    throw new GatewrightError('GW_BUG', `a message of ${length} bytes is too long for libvirt`);
  const head = Buffer.alloc(LENGTH_BYTES + HEADER_BYTES);
  const words = [length, frame.program, PROGRAM_VERSION, frame.procedure, frame.type, frame.serial, frame.status];
  words.forEach((word, index) => {
    head.writeUInt32BE(word, index * 4);
  });
  return Buffer.concat([head, frame.payload]);
}

/** Cuts a byte stream into messages. After it has thrown, the stream is out of step and must be closed. */
export class FrameSplitter {
  #chunks: Buffer[] = [];
  #bytes = 0;
  /** Length of the message being received; 0 = not known yet. */
  #expected = 0;

  /** Takes a chunk and returns the messages it completes. @throws GW_HOST_UNEXPECTED */
  push(chunk: Buffer): Frame[] {
    this.#chunks.push(chunk);
    this.#bytes += chunk.length;
    const frames: Frame[] = [];
    while (this.#complete()) frames.push(decodeFrame(this.#take(this.#expected)));
    return frames;
  }

  #complete(): boolean {
    if (this.#bytes < LENGTH_BYTES) return false;
    // Joins the chunks only when a length or a whole message can be read, so that a long message costs one copy.
    if (this.#expected === 0) this.#expected = checkLength(this.#joined().readUInt32BE());
    return this.#bytes >= this.#expected;
  }

  #take(length: number): Buffer {
    const all = this.#joined();
    this.#chunks = [all.subarray(length)];
    this.#bytes = all.length - length;
    this.#expected = 0;
    return all.subarray(0, length);
  }

  #joined(): Buffer {
    const all =
      this.#chunks.length === 1 && this.#chunks[0] !== undefined ? this.#chunks[0] : Buffer.concat(this.#chunks);
    this.#chunks = [all];
    return all;
  }
}

function checkLength(length: number): number {
  if (length >= LENGTH_BYTES + HEADER_BYTES && length <= MAX_FRAME_BYTES) return length;
  throw unexpected(`a message that says it is ${length} bytes long`);
}

function decodeFrame(bytes: Buffer): Frame {
  const word = (index: number) => bytes.readUInt32BE(index * 4);
  const [program, version, type, status] = [word(1), word(2), word(4), word(6)];
  if (version !== PROGRAM_VERSION) throw unexpected(`version ${version} of its protocol`);
  if (type !== MESSAGE_TYPE.reply && type !== MESSAGE_TYPE.message) throw unexpected(`a message of type ${type}`);
  if (status !== MESSAGE_STATUS.ok && status !== MESSAGE_STATUS.error) throw unexpected(`the status ${status}`);
  const payload = bytes.subarray(LENGTH_BYTES + HEADER_BYTES);
  return { program, procedure: word(3), type, serial: word(5), status, payload };
}

function unexpected(what: string): GatewrightError {
  return new GatewrightError('GW_HOST_UNEXPECTED', `libvirt sent ${what}; check that the socket is libvirt's`);
}
