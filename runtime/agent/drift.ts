// Watches for drift: looks when a driver reports a change and every few seconds besides, tells only what is new. Knows
// nothing of plans beyond their steps.
import { hashOf } from '../model/canonical.ts';
import { messageOf } from '../model/errors.ts';
import type { Step } from '../model/plan.ts';
import type { Timer } from './options.ts';

export interface DriftWorld {
  /** Steps that would bring the applied generation back; none before the first apply. */
  readonly look: (cancel: AbortSignal) => Promise<readonly Step[]>;
  readonly tell: (steps: readonly Step[]) => void;
  /** Told once when looking fails, and again when it fails otherwise. */
  readonly blind: (error: unknown) => void;
  readonly timer: Timer;
  readonly pollMs: number;
  readonly debounceMs: number;
}

const NOTHING = hashOf([]);

export class DriftWatch {
  readonly #world: DriftWorld;
  #callOff: () => void = () => {};
  #looking: { readonly cancel: AbortController; readonly ended: Promise<void> } | undefined;
  #resting = true;
  /** A change was reported while we looked. */
  #again = false;
  #toldHash = NOTHING;
  #toldBlind = '';

  constructor(world: DriftWorld) {
    this.#world = world;
  }

  /** Starts or goes on. What was told before still counts. */
  resume(): void {
    this.#resting = false;
    this.#schedule(this.#world.debounceMs);
  }

  /** Stops looking; after this promise nobody observes for drift. */
  async rest(): Promise<void> {
    this.#resting = true;
    this.#callOff();
    this.#looking?.cancel.abort();
    await this.#looking?.ended;
  }

  /** Something may have changed. */
  poke(): void {
    if (this.#resting) return;
    if (this.#looking !== undefined) this.#again = true;
    else this.#schedule(this.#world.debounceMs);
  }

  #schedule(delayMs: number): void {
    this.#callOff();
    if (!this.#resting) this.#callOff = this.#world.timer.after(delayMs, () => this.#start());
  }

  #start(): void {
    const cancel = new AbortController();
    this.#again = false;
    const ended = this.#look(cancel.signal).finally(() => {
      this.#looking = undefined;
      this.#schedule(this.#again ? this.#world.debounceMs : this.#world.pollMs);
    });
    this.#looking = { cancel, ended };
  }

  /** Never rejects. */
  async #look(cancel: AbortSignal): Promise<void> {
    try {
      const steps = await this.#world.look(cancel);
      if (this.#resting) return;
      this.#toldBlind = '';
      this.#tellChange(steps);
    } catch (error) {
      if (!this.#resting) this.#tellBlind(error);
    }
  }

  #tellChange(steps: readonly Step[]): void {
    const hash = hashOf(steps);
    if (hash === this.#toldHash) return;
    this.#toldHash = hash;
    this.#world.tell(steps);
  }

  #tellBlind(error: unknown): void {
    if (messageOf(error) === this.#toldBlind) return;
    this.#toldBlind = messageOf(error);
    this.#world.blind(error);
  }
}
