// Wakes a thread that sleeps, and only one that does: a wake-up costs more than handling a burst.
import { BELL, LINE_BYTES } from './layout.ts';

/** One per thread that consumes, however many rings it drains. */
export class Doorbell {
  /** Hand this to another thread. */
  readonly shared: SharedArrayBuffer;
  readonly #words: Int32Array;

  constructor(shared: SharedArrayBuffer = new SharedArrayBuffer(LINE_BYTES)) {
    this.shared = shared;
    this.#words = new Int32Array(shared);
  }

  /** Wakes the thread if it sleeps; any thread may ring. Costs one load when it does not. */
  ring(): void {
    if (Atomics.load(this.#words, BELL.sleeping) === 0) return;
    if (Atomics.exchange(this.#words, BELL.sleeping, 0) === 1) Atomics.notify(this.#words, BELL.sleeping, 1);
  }

  /** Asks the thread to read its messages, and wakes it for that. */
  call(): void {
    Atomics.store(this.#words, BELL.called, 1);
    this.ring();
  }

  /** Was the thread called? Asking takes the call back. */
  wasCalled(): boolean {
    return Atomics.load(this.#words, BELL.called) === 1 && Atomics.exchange(this.#words, BELL.called, 0) === 1;
  }

  /** Is there a call that nobody asked for yet? */
  get isCalled(): boolean {
    return Atomics.load(this.#words, BELL.called) === 1;
  }

  /**
   * Blocks the calling thread until the bell rings or time is up. Not for a thread whose event loop must go on.
   * @param hasWork  asked once more when the flag is up: what came just before it is not slept over
   */
  sleep(mostMs: number, hasWork: () => boolean): void {
    Atomics.store(this.#words, BELL.sleeping, 1);
    if (!hasWork()) Atomics.wait(this.#words, BELL.sleeping, 1, mostMs);
    Atomics.store(this.#words, BELL.sleeping, 0);
  }

  /** The same for a thread whose event loop goes on meanwhile. A wait alone does not keep the thread alive. */
  async sleepAside(mostMs: number, hasWork: () => boolean): Promise<void> {
    Atomics.store(this.#words, BELL.sleeping, 1);
    if (!hasWork()) {
      const wait = Atomics.waitAsync(this.#words, BELL.sleeping, 1, mostMs);
      if (wait.async) await wait.value;
    }
    Atomics.store(this.#words, BELL.sleeping, 0);
  }
}
