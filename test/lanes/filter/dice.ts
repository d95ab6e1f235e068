// Random numbers by the million: fast-check gives the seed and the program, these make the frames.

/** Repeatable random numbers (xorshift32, Marsaglia 2003). */
export class Dice {
  #state: number;

  /** @param seed  any number; the same gives the same numbers */
  constructor(seed: number) {
    this.#state = (seed | 0) === 0 ? 1 : seed | 0;
  }

  /** A whole number from 0 to `most` - 1. */
  below(most: number): number {
    this.#state ^= this.#state << 13;
    this.#state ^= this.#state >>> 17;
    this.#state ^= this.#state << 5;
    return Math.floor(((this.#state >>> 0) / 0x1_0000_0000) * most);
  }

  chance(of: number): boolean {
    return this.below(1_000_000) < of * 1_000_000;
  }

  pick<T>(values: readonly T[]): T {
    return values[this.below(values.length)] as T;
  }
}
