// Cuts a file that comes in pieces into its units, each of which says how long it is. Holds at most one unfinished unit.

export interface Units {
  /**
   * @param bytes  what there is, from the beginning of a unit
   * @returns how many bytes the unit has; as long as that cannot be told, how many it takes to tell
   */
  readonly length: (bytes: Buffer) => number;
  /** @param bytes  exactly one unit; good until this returns */
  readonly unit: (bytes: Buffer) => void;
}

export class Cutter {
  readonly #units: Units;
  readonly #pieces: Buffer[] = [];
  #held = 0;
  #needed = 0;
  #at = 0;

  constructor(units: Units) {
    this.#units = units;
  }

  /** Where in the file the unit begins that is read now or next. */
  get at(): number {
    return this.#at;
  }

  /** Bytes of a unit that is not whole. */
  get held(): number {
    return this.#held;
  }

  /** @param chunk  not kept @throws whatever the units throw, after which this is of no use any more */
  take(chunk: Uint8Array): void {
    this.#pieces.push(Buffer.from(chunk));
    this.#held += chunk.length;
    // Joined only when there is something to read: small pieces of a large unit are not copied again and again.
    if (this.#held >= this.#needed) this.#cut(Buffer.concat(this.#pieces.splice(0), this.#held));
  }

  #cut(bytes: Buffer): void {
    let at = 0;
    for (;;) {
      const next = bytes.subarray(at);
      this.#needed = this.#units.length(next);
      if (next.length < this.#needed) break;
      this.#units.unit(next.subarray(0, this.#needed));
      at += this.#needed;
      this.#at += this.#needed;
    }
    // A copy, so that what is kept does not keep the whole chunk.
    const rest = Buffer.from(bytes.subarray(at));
    this.#pieces.push(rest);
    this.#held = rest.length;
  }
}
