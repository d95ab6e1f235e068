// The watches that are open on a handle: each ends when it is told to, and those that are left end with the handle.

export class Watches {
  readonly #open = new Set<() => void>();

  /** @param stop  ends the watch; called once @returns how to end it before its time */
  add(stop: () => void): () => void {
    const end = () => {
      if (this.#open.delete(end)) stop();
    };
    this.#open.add(end);
    return end;
  }

  /** Ends all that are open. */
  close(): void {
    for (const end of [...this.#open]) end();
  }
}
