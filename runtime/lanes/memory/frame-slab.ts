// Part of a memory of frames that one producer owns. Its slots are used one after the other, in step with the ring that they
// are published in: no free list, no counts of references, no atomics. WHY round and not the slot that was free last: a
// frame's bytes then stay what they were for as long as its descriptor does, which lets readers that nobody waits for look.
import type { FrameMemory } from './frame-memory.ts';

/** Slots `first` to `first + count - 1`; `count` is a power of two. */
export interface SlotRange {
  readonly first: number;
  readonly count: number;
}

/** Hands out ranges of a memory's slots. Lives where lanes are set up, in one thread; nothing of it is shared. */
export class SlotRanges {
  /** Sorted, never touching each other. */
  #free: SlotRange[];

  constructor(slots: number) {
    this.#free = [{ first: 0, count: slots }];
  }

  /** Slots that no one owns. */
  get free(): number {
    return this.#free.reduce((sum, range) => sum + range.count, 0);
  }

  /** @returns the first gap that is large enough, `undefined` when there is none */
  take(count: number): SlotRange | undefined {
    const found = this.#free.findIndex(range => range.count >= count);
    const range = this.#free[found];
    if (range === undefined) return undefined;
    const rest = { first: range.first + count, count: range.count - count };
    this.#free.splice(found, 1, ...(rest.count > 0 ? [rest] : []));
    return { first: range.first, count };
  }

  /** Takes a range back, which nobody may use any longer. */
  giveBack(range: SlotRange): void {
    const sorted = [...this.#free, range].sort((a, b) => a.first - b.first);
    const joined: SlotRange[] = [];
    for (const each of sorted) {
      const last = joined.at(-1);
      if (last !== undefined && last.first + last.count > each.first)
        throw new Error(`the slots from ${each.first} on are free already`);
      if (last !== undefined && last.first + last.count === each.first)
        joined[joined.length - 1] = { first: last.first, count: last.count + each.count };
      else joined.push(each);
    }
    this.#free = joined;
  }
}

/** One range as its owner uses it. */
export class FrameSlab {
  readonly memory: FrameMemory;
  readonly range: SlotRange;
  readonly #mask: number;

  /** @throws Error when the count is no power of two or the range leaves the memory */
  constructor(memory: FrameMemory, range: SlotRange) {
    const { first, count } = range;
    if (count < 1 || (count & (count - 1)) !== 0) throw new Error(`a slab has a power of two of slots, not ${count}`);
    if (first < 0 || first + count > memory.slots)
      throw new Error(`slots ${first} to ${first + count - 1} are not all in a memory of ${memory.slots}`);
    this.memory = memory;
    this.range = range;
    this.#mask = count - 1;
  }

  /** The slot of a position in the owner's ring. */
  slotOf(position: number): number {
    return this.range.first + (position & this.#mask);
  }
}
