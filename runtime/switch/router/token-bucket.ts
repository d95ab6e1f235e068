// A limit of so many a second, with a second's worth in one go, as the packet filter of the Linux leg counts.

export class TokenBucket {
  readonly #rate: number;
  #tokens: number;
  #at: number;

  /** @param rate per second; also the most in one go  @param nowMs the time */
  constructor(rate: number, nowMs: number) {
    this.#rate = rate;
    this.#tokens = rate;
    this.#at = nowMs;
  }

  /** Takes one. @returns false when there is none left */
  take(nowMs: number): boolean {
    this.#tokens = Math.min(this.#rate, this.#tokens + (Math.max(0, nowMs - this.#at) * this.#rate) / 1000);
    this.#at = nowMs;
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }
}
