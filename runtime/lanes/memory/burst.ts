// Frames that are handled in one go, as two columns of plain numbers: nothing is allocated for them.
import { LENGTH_MASK } from './layout.ts';

export class Burst {
  /** Slot of each frame. */
  readonly slots: Int32Array;
  /** Length of each frame in the low 16 bits, its class (in a ring) or what a filter answers (behind one) in the high ones. */
  readonly words: Int32Array;
  count = 0;

  /** @param room  most frames */
  constructor(room: number) {
    this.slots = new Int32Array(room);
    this.words = new Int32Array(room);
  }

  get room(): number {
    return this.slots.length;
  }

  slot(index: number): number {
    return this.slots[index] ?? 0;
  }

  length(index: number): number {
    return (this.words[index] ?? 0) & LENGTH_MASK;
  }

  /** The high 16 bits. */
  tag(index: number): number {
    return (this.words[index] ?? 0) >>> 16;
  }

  /** @param word  length and tag */
  push(slot: number, word: number): void {
    this.slots[this.count] = slot;
    this.words[this.count] = word;
    this.count += 1;
  }
}
