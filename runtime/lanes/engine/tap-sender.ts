// Copies what a tap picked into the tap's ring, which waits for nobody. More than the rate is dropped here.
import type { Burst } from '../memory/burst.ts';
import type { FrameMemory } from '../memory/frame-memory.ts';
import type { RingProducer } from '../memory/ring-producer.ts';

/** Frames that may come at once after a while of silence: those of so many ms. */
const SAVED_MS = 1000;

export class TapSender {
  readonly #producer: RingProducer;
  readonly #perMs: number;
  #tokens: number;
  #filledAt = Number.NaN;

  /** @param perSecond  frames a second at most; absent = all */
  constructor(producer: RingProducer, perSecond: number | undefined) {
    this.#producer = producer;
    this.#perMs = (perSecond ?? Number.POSITIVE_INFINITY) / 1000;
    this.#tokens = this.#perMs * SAVED_MS;
  }

  /** @param now  ms @returns how many were within the rate */
  send(frames: Burst, memory: FrameMemory, now: number): number {
    const most = Math.min(frames.count, this.#refill(now));
    for (let index = 0; index < most; index += 1)
      this.#producer.forward(memory, frames.slot(index), frames.words[index] ?? 0);
    this.#producer.publish();
    if (this.#perMs !== Number.POSITIVE_INFINITY) this.#tokens -= most;
    return most;
  }

  #refill(now: number): number {
    if (this.#perMs === Number.POSITIVE_INFINITY) return Number.MAX_SAFE_INTEGER;
    const waited = Number.isNaN(this.#filledAt) ? 0 : Math.max(now - this.#filledAt, 0);
    this.#filledAt = now;
    this.#tokens = Math.min(this.#tokens + waited * this.#perMs, this.#perMs * SAVED_MS);
    return Math.floor(this.#tokens);
  }
}
