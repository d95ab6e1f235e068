// Time that passes only when a test says so. Between two timers everything that streams and promises have to do is done.
import type { PauseClock } from '../../../../runtime/host/kept-open.ts';

export class FakeClock implements PauseClock {
  #now = 0;
  readonly #timers = new Set<{ readonly at: number; readonly work: () => void }>();

  now(): number {
    return this.#now;
  }

  after(ms: number, work: () => void): () => void {
    const timer = { at: this.#now + ms, work };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  /** Lets so many milliseconds pass. */
  async pass(ms: number): Promise<void> {
    const end = this.#now + ms;
    await rest();
    for (let next = this.#next(end); next !== undefined; next = this.#next(end)) {
      this.#timers.delete(next);
      this.#now = next.at;
      next.work();
      await rest();
    }
    this.#now = end;
  }

  /** Lets time pass until a promise has ended. @returns what it has ended with */
  async until<T>(ending: Promise<T>): Promise<T> {
    let ended = false;
    const mark = () => {
      ended = true;
    };
    ending.then(mark, mark);
    await rest();
    for (let next = this.#next(Number.POSITIVE_INFINITY); !ended && next !== undefined; ) {
      await this.pass(next.at - this.#now);
      next = this.#next(Number.POSITIVE_INFINITY);
    }
    await rest();
    if (!ended) throw new Error('nothing is left to happen, and the promise has not ended');
    return ending;
  }

  #next(end: number) {
    let first: { readonly at: number; readonly work: () => void } | undefined;
    for (const timer of this.#timers) if (timer.at <= end && timer.at < (first?.at ?? Infinity)) first = timer;
    return first;
  }
}

/** Lets streams deliver and promises go on. */
async function rest(): Promise<void> {
  for (let round = 0; round < 6; round += 1) await new Promise(setImmediate);
}
