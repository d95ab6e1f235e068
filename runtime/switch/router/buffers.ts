// The frames a leg is making at this moment. WHY more than one: whoever receives a frame may send one back before it returns,
// while others still read the first.
import { PacketView } from '../packet/view.ts';
import { FrameBuffer } from './frame-buffer.ts';

/** Frames within frames; more is a loop. */
const MOST_NESTED = 8;

/** A frame that is read and the one that is made of it. */
export class Desk extends FrameBuffer {
  readonly view = new PacketView();
}

export class Buffers {
  /** Made when they are needed for the first time: a leg seldom needs more than two. */
  readonly #desks: Desk[] = [];
  readonly #most: number;
  #taken = 0;

  /** @param most bytes of the longest frame */
  constructor(most: number) {
    this.#most = most;
  }

  /** @returns undefined when all are in use; give back what was taken, last one first */
  take(): Desk | undefined {
    if (this.#taken >= MOST_NESTED) return undefined;
    if (this.#taken === this.#desks.length) this.#desks.push(new Desk(this.#most));
    this.#taken += 1;
    return this.#desks[this.#taken - 1];
  }

  give(): void {
    this.#taken -= 1;
  }
}
