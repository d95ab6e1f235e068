// What is seen of the gateways now: the drawing and a look at each gateway, asked for only while somebody looks at it. At most
// once a second: a look wakes nothing, but an agent reads real systems for it.
import type { Name } from '../../../runtime/model/address.ts';
import type { Design } from '../../../runtime/model/design.ts';
import type { Observed } from '../../../runtime/model/observed.ts';
import type { PlatformState } from '../../../runtime/platform/platform-port.ts';
import type { Later } from '../../later.ts';
import { Rounds } from '../rounds.ts';
import type { GatewaySight } from './thing.ts';

const LEAST_BETWEEN_MS = 1_000;
/** What changes without a word, such as a VM that its guest switches off, is seen after so long. */
const AGAIN_AFTER_MS = 10_000;

export interface Looking {
  design(): Promise<Design | null>;
  observe(gateway: Name): Promise<Observed>;
  /** The newest state of the platform. */
  state(): PlatformState | undefined;
  readonly later: Later;
}

export class TopologyStore {
  readonly #looking: Looking;
  readonly #changed: () => void;
  readonly #rounds: Rounds;
  readonly #observed = new Map<Name, Observed>();
  #design: Design | null = null;
  #asked = false;

  /** @param changed  called when there is something new */
  constructor(looking: Looking, changed: () => void) {
    this.#looking = looking;
    this.#changed = changed;
    const pace = { leastBetweenMs: LEAST_BETWEEN_MS, againAfterMs: AGAIN_AFTER_MS };
    this.#rounds = new Rounds({ ask: () => this.#look(), later: looking.later, ...pace });
  }

  /** Whether anything has been asked for; before, nothing is known. */
  get asked(): boolean {
    return this.#asked;
  }

  get design(): Design | null {
    return this.#design;
  }

  /** What is known of each gateway; of one that does not answer what was seen last. */
  sights(): readonly GatewaySight[] {
    const gateways = this.#looking.state()?.gateways ?? [];
    return gateways.map(state => ({ state, observed: this.#observed.get(state.name) }));
  }

  /** Somebody looks, or looks away. */
  watch(is: boolean): void {
    this.#rounds.watch(is);
  }

  /** Looks, as soon as it may. */
  refresh(): void {
    this.#rounds.refresh();
  }

  async #look(): Promise<void> {
    const gateways = this.#looking.state()?.gateways ?? [];
    // One that works shows how far it is in its state; what it works on is looked at when it has ended.
    const calm = gateways.filter(({ connected, busy }) => connected && busy === 'idle');
    await Promise.all([this.#askDesign(), ...calm.map(({ name }) => this.#lookAt(name))]);
    for (const name of this.#observed.keys())
      if (gateways.every(gateway => gateway.name !== name)) this.#observed.delete(name);
    this.#asked = true;
    this.#changed();
  }

  async #askDesign(): Promise<void> {
    try {
      this.#design = await this.#looking.design();
    } catch {
      // The platform is away; the Plan view says so, and the next round asks again.
    }
  }

  async #lookAt(name: Name): Promise<void> {
    try {
      this.#observed.set(name, await this.#looking.observe(name));
    } catch {
      // It has just gone; the state of the platform says so. What was seen last is kept.
    }
  }
}
