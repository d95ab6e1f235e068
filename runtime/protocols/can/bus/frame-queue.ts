// The frames that wait for one station, in memory taken once: what does not fit is refused, so a station that does not read
// costs nobody else anything.
import { FD_BYTES } from '../frame.ts';

export class FrameQueue {
  readonly #bytes: Uint8Array;
  readonly #lengths: Uint8Array;
  /** Views over the places, made once. */
  readonly #classic: readonly Uint8Array[];
  readonly #fd: readonly Uint8Array[];
  #first = 0;
  #size = 0;

  /** @param places  most frames that wait */
  constructor(places: number) {
    this.#bytes = new Uint8Array(places * FD_BYTES);
    this.#lengths = new Uint8Array(places);
    const view = (length: number) =>
      Array.from({ length: places }, (_, place) => this.#bytes.subarray(place * FD_BYTES, place * FD_BYTES + length));
    this.#classic = view(16);
    this.#fd = view(FD_BYTES);
  }

  get size(): number {
    return this.#size;
  }

  /** Takes a copy. @param frame  16 or 72 bytes @returns false when all places are taken */
  push(frame: Uint8Array): boolean {
    const places = this.#lengths.length;
    if (this.#size === places) return false;
    const place = (this.#first + this.#size) % places;
    this.#bytes.set(frame, place * FD_BYTES);
    this.#lengths[place] = frame.length;
    this.#size += 1;
    return true;
  }

  /** The oldest frame, good until `shift`; `undefined` when none waits. */
  first(): Uint8Array | undefined {
    if (this.#size === 0) return undefined;
    return this.#lengths[this.#first] === FD_BYTES ? this.#fd[this.#first] : this.#classic[this.#first];
  }

  /** Drops the oldest frame. */
  shift(): void {
    if (this.#size === 0) return;
    this.#first = (this.#first + 1) % this.#lengths.length;
    this.#size -= 1;
  }

  /** Drops all; @returns how many */
  clear(): number {
    const size = this.#size;
    this.#size = 0;
    return size;
  }
}
