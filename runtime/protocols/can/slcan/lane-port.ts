// A lane's port to a guest that thinks a CAN adapter is at its serial line. A bus waits for nobody: while the guest does not
// read, frames for it are dropped and counted by the lane, which goes on.
import type { Duplex } from 'node:stream';
import { type ByteLink, streamLink } from '../../../lanes/engine/byte-link.ts';
import type { Framer } from '../../../lanes/engine/framer.ts';
import type { PortContext, PortDriver } from '../../../lanes/engine/port.ts';
import { tsPort } from '../../../lanes/engine/ts-port.ts';
import { FD_BYTES, frameProblem } from '../frame.ts';
import { type ChannelState, SlcanAdapter } from './adapter.ts';
import { MOST_LINE_BYTES, writeFrameLine } from './line.ts';

/** A guest that does not read has this much waiting: some 2000 classic frames. */
const MOST_WAITING_BYTES = 64 * 1024;

export interface SlcanLaneOptions {
  /** Whether the guest understands CAN FD; default no. */
  readonly fd?: boolean;
  /** State of the channel before the first command; default `open`, see AdapterOptions. */
  readonly state?: ChannelState;
  /** The line ended; whoever opened the port may open another. */
  readonly ended?: (why: string) => void;
}

/** @param stream  the guest's serial line; the port's own from now on */
export function slcanLanePort(stream: Duplex, options: SlcanLaneOptions, context: PortContext): PortDriver {
  const link = lossyLink(stream);
  const framer = new AdapterFramer(bytes => void link.write(bytes), options);
  const { ended } = options;
  return tsPort({ link, framer, kind: 'packets', ...(ended === undefined ? {} : { ended }) }, context);
}

/** A stream that takes what it has room for, and nothing of what it has not. */
function lossyLink(stream: Duplex): ByteLink {
  const link = streamLink(stream);
  return {
    ...link,
    write(bytes) {
      // Nothing to write: the frame was not for this guest.
      if (bytes.length === 0 || !stream.writable || stream.writableLength > MOST_WAITING_BYTES) return false;
      stream.write(bytes);
      return true;
    },
  };
}

class AdapterFramer implements Framer {
  readonly longest = MOST_LINE_BYTES + 1;
  readonly #adapter: SlcanAdapter;
  readonly #fd: boolean;
  #take: (frame: Uint8Array) => void = () => {};

  constructor(answer: (bytes: Uint8Array) => void, { fd = false, state = 'open' }: SlcanLaneOptions) {
    this.#fd = fd;
    const ears = { frame: (frame: Uint8Array) => this.#heard(frame), answer, malformed: () => {}, refused: () => {} };
    this.#adapter = new SlcanAdapter(ears, { state });
  }

  decode(bytes: Uint8Array, frame: (frame: Uint8Array) => void): void {
    this.#take = frame;
    this.#adapter.take(bytes);
  }

  encode(frame: Uint8Array, into: Uint8Array): number {
    const isForIt = this.#adapter.state !== 'closed' && (this.#fd || frame.length !== FD_BYTES);
    return isForIt && frameProblem(frame) === undefined ? writeFrameLine(frame, into, 0) : 0;
  }

  #heard(frame: Uint8Array): void {
    if (this.#fd || frame.length !== FD_BYTES) this.#take(frame);
  }
}
