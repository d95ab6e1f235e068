// Writes what changes all the time: at once after a quiet time, then not too often, and the last of it at the end.

/** Renewals come all the time and are not worth more. */
const WRITE_EVERY_MS = 1_000;

export class LeaseKeeper {
  readonly #write: () => Promise<void>;
  #dirty = false;
  #writing: Promise<void> | undefined;
  #rest: NodeJS.Timeout | undefined;

  /** @param write  writes all as it is when it is called */
  constructor(write: () => Promise<void>) {
    this.#write = write;
  }

  /** There is something to write; it is written soon. */
  changed(): void {
    this.#dirty = true;
    if (this.#writing === undefined && this.#rest === undefined) void this.#begin();
  }

  /** Writes what is not written yet. */
  async close(): Promise<void> {
    await this.#writing;
    if (this.#dirty) await this.#begin();
    clearTimeout(this.#rest);
  }

  async #begin(): Promise<void> {
    clearTimeout(this.#rest);
    this.#dirty = false;
    // A disk that is full costs what is remembered at the next start, and nothing now.
    this.#writing = this.#write().catch(() => {});
    await this.#writing;
    this.#writing = undefined;
    this.#rest = setTimeout(() => {
      this.#rest = undefined;
      if (this.#dirty) void this.#begin();
    }, WRITE_EVERY_MS).unref();
  }
}
