// What the port of a guest counts, in memory that the thread of the lane writes and anyone may read.

/** Places of doubles. */
const AT = { plugged: 0, malformed: 1, refused: 2 } as const;

export class GuestFigures {
  /** Hand this to another thread. */
  readonly shared: SharedArrayBuffer;
  readonly #counts: Float64Array;

  constructor(
    shared: SharedArrayBuffer = new SharedArrayBuffer(Object.keys(AT).length * Float64Array.BYTES_PER_ELEMENT),
  ) {
    this.shared = shared;
    this.#counts = new Float64Array(shared);
  }

  /** Whether somebody is connected. */
  get plugged(): boolean {
    return this.#counts[AT.plugged] === 1;
  }

  set plugged(is: boolean) {
    this.#counts[AT.plugged] = is ? 1 : 0;
  }

  /** Lines that were none, and frames of CAN FD from a guest that does not understand it. */
  get malformed(): number {
    return this.#counts[AT.malformed] ?? 0;
  }

  /** Commands that were refused, and frames on a closed channel. */
  get refused(): number {
    return this.#counts[AT.refused] ?? 0;
  }

  count(what: 'malformed' | 'refused'): void {
    this.#counts[AT[what]] = (this.#counts[AT[what]] ?? 0) + 1;
  }
}
