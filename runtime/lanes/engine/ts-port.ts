// The port of plain TypeScript over any link: about ten times the cost of the native one per frame, and the same to a lane.
// Streams lose nothing: while a lane has no room they are not read, and while a peer does not read the lane stops in front.
import type { Burst } from '../memory/burst.ts';
import type { FrameMemory } from '../memory/frame-memory.ts';
import { BURST } from '../memory/layout.ts';
import type { ByteLink } from './byte-link.ts';
import type { Framer } from './framer.ts';
import { EVERYTHING, frameTime, type PortContext, type PortDriver } from './port.ts';

const PIECE_BYTES = 64 << 10;

export interface TsPortOptions {
  readonly link: ByteLink;
  readonly framer: Framer;
  /**
   * `stream`: order and every byte count. `packets`: what finds no room is dropped. `bus`: who sends too fast is held back, but
   * for who reads too slowly nobody waits.
   */
  readonly kind: 'stream' | 'packets' | 'bus';
  /** The link ended; whoever opened the port may open another. Frames to it are dropped from then on. */
  readonly ended?: (why: string) => void;
}

/** Makes a port of a link that is open. */
export function tsPort(options: TsPortOptions, context: PortContext): PortDriver {
  return new TsPort(options, context);
}

class TsPort implements PortDriver {
  readonly waits = 'events';
  readonly #options: TsPortOptions;
  readonly #context: PortContext;
  /** Frames that came while there was no room: those of one piece of a stream, at most. */
  #late: Uint8Array[] = [];
  #scratch = new Uint8Array(0);
  /** Where packets are that were sent, or are about to be, and how much of it is used. */
  #piece: Uint8Array = new Uint8Array(0);
  #used = 0;
  #isPaused = false;
  #isFull = false;
  #hasEnded = false;

  constructor(options: TsPortOptions, context: PortContext) {
    this.#options = options;
    this.#context = context;
    options.link.open({
      received: bytes => this.#received(bytes),
      writable: () => {
        this.#isFull = false;
        context.wake();
      },
      ended: why => {
        this.#hasEnded = true;
        this.#isFull = false;
        context.wake();
        options.ended?.(why);
      },
    });
  }

  room(): number {
    if (this.#options.kind !== 'stream' || this.#hasEnded) return EVERYTHING;
    // A burst may go over what the stream likes to hold, once.
    return this.#isFull ? 0 : BURST;
  }

  send(frames: Burst, memory: FrameMemory): number {
    if (this.#hasEnded) return 0;
    return this.#options.kind === 'packets' ? this.#sendPackets(frames, memory) : this.#sendTogether(frames, memory);
  }

  poll(): boolean {
    if (!this.#isPaused) return false;
    const { entrance } = this.#context;
    const late = this.#late;
    this.#late = [];
    const time = frameTime();
    for (const frame of late) this.#enter(frame, time);
    entrance?.publish();
    if (this.#late.length > 0 || (entrance?.room() ?? BURST) < BURST) return this.#late.length < late.length;
    this.#isPaused = false;
    this.#options.link.resume();
    return late.length > 0;
  }

  close(): Promise<void> {
    return this.#options.link.close();
  }

  #received(bytes: Uint8Array): void {
    const { entrance } = this.#context;
    if (entrance === undefined) return;
    const time = frameTime();
    this.#options.framer.decode(bytes, frame => this.#enter(frame, time));
    entrance.publish();
    if (this.#options.kind !== 'packets' && !this.#isPaused && entrance.room() < BURST) this.#pause();
  }

  #enter(frame: Uint8Array, time: number): void {
    const { entrance } = this.#context;
    const mustWait = this.#options.kind !== 'packets' && (this.#late.length > 0 || entrance?.room() === 0);
    if (!mustWait) {
      entrance?.write(frame, time);
      return;
    }
    this.#late.push(frame.slice());
    this.#pause();
  }

  #pause(): void {
    this.#isPaused = true;
    this.#options.link.pause();
  }

  /** One piece of memory for all frames of a burst: the stream keeps it until it is written. */
  #sendTogether(frames: Burst, memory: FrameMemory): number {
    const { framer, link, kind } = this.#options;
    if (this.#scratch.length < frames.count * framer.longest)
      this.#scratch = new Uint8Array(frames.count * framer.longest);
    let end = 0;
    let encoded = 0;
    for (let index = 0; index < frames.count; index += 1) {
      const into = this.#scratch.subarray(end);
      const length = framer.encode(memory.frame(frames.slot(index), frames.length(index)), into);
      end += length;
      if (length > 0) encoded += 1;
    }
    const isTaken = link.write(this.#scratch.slice(0, end));
    if (kind === 'bus') return isTaken ? encoded : 0;
    if (!isTaken) this.#isFull = !this.#hasEnded;
    return frames.count;
  }

  #sendPackets(frames: Burst, memory: FrameMemory): number {
    const { framer, link } = this.#options;
    let sent = 0;
    for (let index = 0; index < frames.count; index += 1) {
      // WHY never the same bytes again: the link keeps them until they are written.
      if (this.#piece.length - this.#used < framer.longest) this.#newPiece(framer.longest);
      const begin = this.#used;
      const into = begin === 0 ? this.#piece : this.#piece.subarray(begin);
      this.#used += framer.encode(memory.frame(frames.slot(index), frames.length(index)), into);
      if (link.write(this.#piece.subarray(begin, this.#used))) sent += 1;
    }
    return sent;
  }

  /** WHY one for many packets: memory of its own for each would cost more than all else that is done with it. */
  #newPiece(least: number): void {
    this.#piece = Buffer.allocUnsafeSlow(Math.max(PIECE_BYTES, least));
    this.#used = 0;
  }
}
