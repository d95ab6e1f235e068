// One direction of one connection of a recording, put in order: what was sent again is left out, and a segment that overtook
// others waits for them, as long as there is room. What does not come is a gap.
import type { RecordedFrame } from '../recorded-frame.ts';

/** Segments that may wait for an earlier one, and their bytes: recorders mix up neighbours, no more. */
const MOST_EARLY = 8;
const MOST_EARLY_BYTES = 16 * 1024;

export interface StreamEars {
  /**
   * @param chunk  what comes next; good until this returns
   * @param frame  the one in which it stood
   */
  readonly chunk: (chunk: Uint8Array, frame: RecordedFrame) => void;
  /** What comes next does not follow what came before: something between them was not recorded, or comes too late. */
  readonly gap: () => void;
}

interface Segment {
  readonly first: number;
  /** Part of the frame, which keeps it. */
  readonly payload: Uint8Array;
  readonly frame: RecordedFrame;
}

export class TcpStream {
  readonly #ears: StreamEars;
  /** Number of the byte that comes next. */
  #next: number;
  #early: Segment[] = [];

  /** @param next  number of its first byte */
  constructor(ears: StreamEars, next: number) {
    this.#ears = ears;
    this.#next = next;
  }

  /** @param first  number of the first byte of the payload */
  take(first: number, payload: Uint8Array, frame: RecordedFrame): void {
    if (payload.length === 0) return;
    if (this.#ahead(first) <= 0) this.#deliver({ first, payload, frame });
    else this.#early.push({ first, payload, frame });
    this.#deliverEarly();
    while (this.#isFull()) this.#skip();
  }

  /** Nothing comes any more: what waits is told all the same. */
  end(): void {
    while (this.#early.length > 0) this.#skip();
  }

  /** Numbers go round at 2^32: the difference as a signed one. */
  #ahead(first: number): number {
    return (first - this.#next) | 0;
  }

  #deliver({ first, payload, frame }: Segment): void {
    const fresh = payload.subarray(-this.#ahead(first));
    if (fresh.length === 0) return;
    this.#next = (first + payload.length) >>> 0;
    this.#ears.chunk(fresh, frame);
  }

  #deliverEarly(): void {
    for (;;) {
      const place = this.#early.findIndex(({ first }) => this.#ahead(first) <= 0);
      const [segment] = place === -1 ? [] : this.#early.splice(place, 1);
      if (segment === undefined) return;
      this.#deliver(segment);
    }
  }

  #isFull(): boolean {
    const bytes = this.#early.reduce((sum, { payload }) => sum + payload.length, 0);
    return this.#early.length > MOST_EARLY || bytes > MOST_EARLY_BYTES;
  }

  /** Gives up what is missing before the earliest that waits. */
  #skip(): void {
    this.#ears.gap();
    const nearest = Math.min(...this.#early.map(({ first }) => this.#ahead(first)));
    this.#next = (this.#next + nearest) >>> 0;
    this.#deliverEarly();
  }
}
