// A reader that nobody waits for. It copies frames out and looks afterwards whether they were still there; those that were
// not are counted. However slow it is, the ring never notices.
import { FrameMemory } from './frame-memory.ts';
import type { LaneRing } from './lane-ring.ts';
import { BURST, LENGTH_MASK } from './layout.ts';

/** One frame as a tap hands it out: a copy, to keep. */
export interface TappedFrame {
  readonly bytes: Uint8Array;
  /** The port it came in by. */
  readonly port: number;
  readonly tenant: number;
  readonly mark: number;
  /** When it came in, in microseconds since 1970. */
  readonly time: number;
  /** The high bits of its descriptor. */
  readonly tag: number;
}

export class RingTap {
  readonly #ring: LaneRing;
  /** What is this far behind the head may be written to at this moment, by a burst that is not published yet. */
  readonly #reach: number;
  readonly #fence = new Int32Array(new SharedArrayBuffer(4));
  #position: number;
  #read = 0;
  #gap = 0;

  /** Begins with the next frame that is published. */
  constructor(ring: LaneRing) {
    this.#ring = ring;
    this.#reach = ring.capacity - BURST;
    this.#position = ring.head;
  }

  /** Frames handed out so far. */
  get read(): number {
    return this.#read;
  }

  /** Frames that were overrun before they were read. */
  get gap(): number {
    return this.#gap;
  }

  /** Frames that wait, or were overrun since. */
  waiting(): number {
    return (this.#ring.head - this.#position) | 0;
  }

  /** Passes over what waits; it does not count as overrun. */
  skip(): void {
    this.#position = this.#ring.head;
  }

  /** Hands out what waits, oldest first. @param most  at most so many @returns how many were handed out */
  drain(most: number, take: (frame: TappedFrame) => void): number {
    let taken = 0;
    while (taken < most) {
      this.#skipOverrun();
      if (this.waiting() <= 0) break;
      const frame = this.#copy();
      if (this.#skipOverrun()) continue;
      this.#position = (this.#position + 1) | 0;
      this.#read += 1;
      taken += 1;
      take(frame);
    }
    return taken;
  }

  /** @returns true when the frame at the position is gone, and more behind it */
  #skipOverrun(): boolean {
    const over = (this.waiting() - this.#reach) | 0;
    if (over <= 0) return false;
    this.#position = (this.#position + over) | 0;
    this.#gap += over;
    return true;
  }

  #copy(): TappedFrame {
    const { descriptors, capacity, memory } = this.#ring;
    const at = (this.#position & (capacity - 1)) * 2;
    const slot = descriptors[at] ?? 0;
    const word = descriptors[at + 1] ?? 0;
    const begin = FrameMemory.at(slot);
    const frame = {
      bytes: memory.bytes.slice(begin, begin + (word & LENGTH_MASK)),
      port: memory.port(slot),
      tenant: memory.tenant(slot),
      mark: memory.mark(slot),
      time: memory.time(slot),
      tag: word >>> 16,
    };
    // WHY: plain reads may be carried out late; a read and write of its own orders them before the look at the head.
    Atomics.add(this.#fence, 0, 1);
    return frame;
  }
}
