// Keeps something of the outside open, a port or a connection: opens it, notices when it is gone, frees it, and opens it
// again, slower and slower. Whatever happens, `close` gives it back. Knows nothing of what it is.

/** Time, so that a test can be in charge of it. */
export interface PauseClock {
  /** Milliseconds that only grow. */
  now(): number;
  /** Calls back after so many milliseconds. @returns how to give it up */
  after(ms: number, work: () => void): () => void;
}

export const systemClock: PauseClock = {
  now: () => performance.now(),
  after: (ms, work) => {
    const timer = setTimeout(work, ms);
    return () => clearTimeout(timer);
  },
};

export interface Held {
  /** Gives it back, whatever state it is in. Resolves when it is free. Never rejects. */
  close(): Promise<void>;
}

/**
 * Opens it once.
 * @param lost    to be called when it is gone, with the reason; further calls change nothing
 * @param signal  aborted when it is not wanted any more
 */
export type OpenHeld<T extends Held> = (lost: (why: unknown) => void, signal: AbortSignal) => Promise<T>;

export type KeptState = 'idle' | 'opening' | 'open' | 'waiting' | 'closed';

export interface KeptOpenEvents<T> {
  readonly opened: (held: T) => void;
  /** It was open and is not any more. */
  readonly lost: (why: unknown) => void;
  /** It could not be opened. */
  readonly failed: (why: unknown) => void;
}

export interface KeptOpenOptions {
  /** Pause before it is opened again, in ms: the first, and the longest one it doubles to. */
  readonly againMs: number;
  readonly againMostMs: number;
}

export class KeptOpen<T extends Held> {
  readonly #open: OpenHeld<T>;
  readonly #options: KeptOpenOptions;
  readonly #events: KeptOpenEvents<T>;
  readonly #clock: PauseClock;
  readonly #unwanted = new AbortController();
  #state: KeptState = 'idle';
  #held: T | undefined;
  #pauseMs: number;
  #openedAt = 0;
  #stopPause: () => void = () => {};
  readonly #waiting = new Set<(held: T | undefined) => void>();
  /** Ends when nothing is held or being opened any more. */
  #busy: Promise<void> = Promise.resolve();

  constructor(open: OpenHeld<T>, options: KeptOpenOptions, events: KeptOpenEvents<T>, clock = systemClock) {
    this.#open = open;
    this.#options = options;
    this.#events = events;
    this.#clock = clock;
    this.#pauseMs = options.againMs;
  }

  get state(): KeptState {
    return this.#state;
  }

  /** `undefined` while it is not open. */
  get held(): T | undefined {
    return this.#held;
  }

  /** Starts to open it. Only once. */
  start(): void {
    if (this.#state === 'idle') this.#busy = this.#connect();
  }

  /** Waits until it is open. @returns `undefined` when it is not in so many ms, or is wanted no more */
  whenOpen(mostMs: number): Promise<T | undefined> {
    if (this.#held !== undefined || this.#state === 'closed') return Promise.resolve(this.#held);
    return new Promise(resolve => {
      const settle = (held: T | undefined) => {
        stop();
        this.#waiting.delete(settle);
        resolve(held);
      };
      const stop = this.#clock.after(mostMs, () => settle(undefined));
      this.#waiting.add(settle);
    });
  }

  /** Gives it back and opens it again after a pause. */
  drop(why: unknown): void {
    const held = this.#held;
    if (held === undefined) return;
    this.#held = undefined;
    if (this.#state === 'open') this.#state = 'waiting';
    // WHY not on opening: what opens and breaks at once would be opened without pause for ever.
    if (this.#clock.now() - this.#openedAt >= this.#pauseMs) this.#pauseMs = this.#options.againMs;
    this.#events.lost(why);
    // It must be free before it can be opened again.
    this.#busy = held.close().then(() => this.#later());
  }

  /** Frees it, also what is being opened just now. */
  async close(): Promise<void> {
    this.#state = 'closed';
    this.#stopPause();
    this.#unwanted.abort();
    this.#tellWaiting();
    this.drop(new Error('it was closed'));
    await this.#busy;
  }

  async #connect(): Promise<void> {
    this.#state = 'opening';
    let held: T | undefined;
    let early: { readonly why: unknown } | undefined;
    const lost = (why: unknown) => {
      if (held === undefined) early ??= { why };
      else if (this.#held === held) this.drop(why);
    };
    try {
      held = await this.#open(lost, this.#unwanted.signal);
    } catch (error) {
      if (this.#closed()) return;
      this.#events.failed(error);
      this.#later();
      return;
    }
    if (this.#closed()) return held.close();
    this.#held = held;
    this.#state = 'open';
    this.#openedAt = this.#clock.now();
    this.#events.opened(held);
    this.#tellWaiting(held);
    if (early !== undefined && this.#held === held) this.drop(early.why);
  }

  #tellWaiting(held?: T): void {
    for (const settle of [...this.#waiting]) settle(held);
  }

  #later(): void {
    if (this.#closed()) return;
    this.#state = 'waiting';
    this.#stopPause = this.#clock.after(this.#pauseMs, () => {
      this.#busy = this.#connect();
    });
    this.#pauseMs = Math.min(2 * this.#pauseMs, this.#options.againMostMs);
  }

  /** WHY a method: the state changes while we wait, which the compiler does not see. */
  #closed(): boolean {
    return this.#state === 'closed';
  }
}
