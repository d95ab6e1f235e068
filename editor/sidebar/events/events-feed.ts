// Keeps the events up to date while somebody looks: asks after each change of the platform's state, and now and then for what
// changes without one. One request at a time.
import type { EventsPart } from '../../../runtime/platform/logged-event.ts';
import type { KnownEvents } from './known-events.ts';

const LEAST_BETWEEN_MS = 300;
const AGAIN_AFTER_MS = 10_000;

export interface FeedWorld {
  readonly known: KnownEvents;
  readonly ask: (cursor: KnownEvents['cursor']) => Promise<EventsPart>;
  /** Called after every answer, and when there was none. */
  readonly answered: (isReached: boolean) => void;
  /** Runs something later. @returns how to forget it */
  readonly later: (run: () => void, ms: number) => () => void;
}

export class EventsFeed {
  readonly #world: FeedWorld;
  #seen = false;
  #running = false;
  #again = false;
  #forget: () => void = () => {};

  constructor(world: FeedWorld) {
    this.#world = world;
  }

  /** Somebody looks, or looks away. */
  watch(isSeen: boolean): void {
    this.#seen = isSeen;
    if (isSeen) this.refresh();
    else this.#forget();
  }

  /** Asks for what is new, if somebody looks. */
  refresh(): void {
    if (!this.#seen) return;
    if (this.#running) this.#again = true;
    else void this.#ask();
  }

  async #ask(): Promise<void> {
    const { known, ask, answered, later } = this.#world;
    this.#forget();
    this.#running = true;
    this.#again = false;
    try {
      known.take(await ask(known.cursor));
      answered(true);
    } catch {
      answered(false); // the view says so; the next look tries anew
    }
    later(() => {
      this.#running = false;
      if (this.#again) this.refresh();
      else if (this.#seen) this.#forget = later(() => this.refresh(), AGAIN_AFTER_MS);
    }, LEAST_BETWEEN_MS);
  }
}
