// Keeps what a view shows up to date while somebody looks at it: asks when something may have changed, and now and then for what
// changes without a word. One round at a time.
import type { Later } from '../later.ts';

export interface RoundsWorld {
  /** One round. Never rejects. */
  readonly ask: () => Promise<void>;
  readonly later: Later;
  /** Rest after a round. */
  readonly leastBetweenMs: number;
  /** From that rest to a round that nobody asked for. */
  readonly againAfterMs: number;
}

export class Rounds {
  readonly #world: RoundsWorld;
  #seen = false;
  #running = false;
  #again = false;
  /** Forgets the round that is due when nothing is heard for long. */
  #forget: () => void = () => {};

  constructor(world: RoundsWorld) {
    this.#world = world;
  }

  /** Somebody looks, or looks away. */
  watch(isSeen: boolean): void {
    this.#seen = isSeen;
    if (isSeen) this.refresh();
    else this.#forget();
  }

  /** Asks as soon as it may, if somebody looks; many calls make few rounds. */
  refresh(): void {
    if (!this.#seen) return;
    if (this.#running) this.#again = true;
    else void this.#ask();
  }

  async #ask(): Promise<void> {
    const { ask, later, leastBetweenMs } = this.#world;
    this.#forget();
    [this.#running, this.#again] = [true, false];
    await ask();
    later(() => this.#rested(), leastBetweenMs);
  }

  #rested(): void {
    const { later, againAfterMs } = this.#world;
    this.#running = false;
    if (this.#again) this.refresh();
    else if (this.#seen) this.#forget = later(() => this.refresh(), againAfterMs);
  }
}
