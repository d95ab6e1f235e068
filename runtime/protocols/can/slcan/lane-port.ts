// A lane's port to a guest that thinks a CAN adapter is at its serial line. A bus waits for nobody: while the guest does not
// read, frames for it are dropped and counted by the lane, which goes on. One that sends faster than the lane takes is held back.
import type { Duplex } from 'node:stream';
import { type ByteLink, streamLink } from '../../../lanes/engine/byte-link.ts';
import type { Framer } from '../../../lanes/engine/framer.ts';
import type { PortContext, PortDriver } from '../../../lanes/engine/port.ts';
import { tsPort } from '../../../lanes/engine/ts-port.ts';
import { FD_BYTES, frameProblem } from '../frame.ts';
import { type ChannelState, SlcanAdapter } from './adapter.ts';
import { MOST_LINE_BYTES, writeFrameLine } from './line.ts';

/** A guest that does not read has so many waiting, if nobody says otherwise. */
const PLACES = 2048;
/** The longest line of a classic frame, with a time and its end. */
const CLASSIC_LINE_BYTES = 31;
const MINUTE_MS = 60_000;

export interface SlcanLaneOptions {
  /** Whether the guest understands CAN FD; default no. */
  readonly fd?: boolean;
  /** Frames that may wait while the guest does not read, beside what the kernel holds. */
  readonly places?: number;
  /** State of the channel before the first command; default `open`, see AdapterOptions. */
  readonly state?: ChannelState;
  /** A line was none, or a frame of CAN FD; a command was refused, or a frame on a closed channel. */
  readonly count?: (what: 'malformed' | 'refused') => void;
}

/** @param stream  the guest's serial line; the port's own from now on */
export function slcanLanePort(stream: Duplex, options: SlcanLaneOptions, context: PortContext): PortDriver {
  const { places = PLACES, fd = false } = options;
  const link = lossyLink(stream, places * (fd ? MOST_LINE_BYTES + 1 : CLASSIC_LINE_BYTES));
  const framer = new AdapterFramer(bytes => void link.write(bytes), options);
  return tsPort({ link, framer, kind: 'bus' }, context);
}

/** A stream that takes what it has room for, and nothing of what it has not. */
function lossyLink(stream: Duplex, mostWaiting: number): ByteLink {
  const link = streamLink(stream);
  return {
    ...link,
    write(bytes) {
      // Nothing to write: the frame was not for this guest.
      if (bytes.length === 0 || !stream.writable || stream.writableLength > mostWaiting) return false;
      stream.write(bytes);
      return true;
    },
  };
}

class AdapterFramer implements Framer {
  readonly longest = MOST_LINE_BYTES + 1;
  readonly #adapter: SlcanAdapter;
  readonly #fd: boolean;
  readonly #count: (what: 'malformed' | 'refused') => void;
  #take: (frame: Uint8Array) => void = () => {};

  constructor(answer: (bytes: Uint8Array) => void, { fd = false, state = 'open', count = () => {} }: SlcanLaneOptions) {
    this.#fd = fd;
    this.#count = count;
    this.#adapter = new SlcanAdapter(
      {
        frame: frame => this.#heard(frame),
        answer,
        malformed: () => count('malformed'),
        refused: () => count('refused'),
      },
      { state },
    );
  }

  decode(bytes: Uint8Array, frame: (frame: Uint8Array) => void): void {
    this.#take = frame;
    this.#adapter.take(bytes);
  }

  encode(frame: Uint8Array, into: Uint8Array): number {
    const isForIt = this.#adapter.state !== 'closed' && (this.#fd || frame.length !== FD_BYTES);
    if (!isForIt || frameProblem(frame) !== undefined) return 0;
    return writeFrameLine(frame, into, 0, this.#adapter.timestamps ? Date.now() % MINUTE_MS : -1);
  }

  #heard(frame: Uint8Array): void {
    if (this.#fd || frame.length !== FD_BYTES) this.#take(frame);
    else this.#count('malformed');
  }
}
