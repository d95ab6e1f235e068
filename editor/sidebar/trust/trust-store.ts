// How the machines of all gateways are proven, asked for only while somebody looks. A gateway tells of each change by its state, so it
// is asked again when its gates change, and else now and then for what its state does not tell.
import type { Name } from '../../../runtime/model/address.ts';
import type { GatewayState } from '../../../runtime/platform/platform-port.ts';
import type { Later } from '../../later.ts';
import { type MachineSight, machinesOf } from './machines.ts';
import type { TrustClient } from './trust-client.ts';

const AGAIN_AFTER_MS = 15_000;

/** What is known of one gateway. */
export interface TrustSight {
  readonly gateway: Name;
  readonly connected: boolean;
  /** Gates are drawn on it, whether they are there or not. */
  readonly isDrawn: boolean;
  /** Absent until it answered once. */
  readonly machines?: readonly MachineSight[] | undefined;
  /** Why it could not be asked, in its own words. */
  readonly why?: string | undefined;
}

export interface TrustWorld {
  readonly client: Pick<TrustClient, 'status'>;
  readonly gateways: () => readonly GatewayState[];
  readonly nowMs: () => number;
  readonly later: Later;
}

interface Known extends Pick<TrustSight, 'machines' | 'why'> {
  /** What its state told of its gates when it was asked. */
  readonly told: string;
}

export class TrustStore {
  readonly #world: TrustWorld;
  readonly #changed: () => void;
  readonly #known = new Map<Name, Known>();
  readonly #asking = new Set<Name>();
  #seen = false;
  #forget: () => void = () => {};

  /** @param changed  called when there is something new */
  constructor(world: TrustWorld, changed: () => void) {
    this.#world = world;
    this.#changed = changed;
  }

  sights(): readonly TrustSight[] {
    return this.#world.gateways().map(({ name, connected, resources }) => {
      const known = this.#known.get(name);
      const isDrawn = Object.keys(resources).some(address => address.startsWith('gate.'));
      return { gateway: name, connected, isDrawn, machines: known?.machines, why: known?.why };
    });
  }

  /** Somebody looks, or looks away. */
  watch(is: boolean): void {
    this.#seen = is;
    this.#forget();
    if (is) this.refresh();
  }

  /** Asks every gateway anew. */
  refresh(): void {
    if (!this.#seen) return;
    this.#forget();
    for (const gateway of this.#world.gateways()) void this.#ask(gateway);
    this.#forget = this.#world.later(() => this.refresh(), AGAIN_AFTER_MS);
  }

  /** Asks those whose gates stand otherwise than when they were asked. */
  stateChanged(): void {
    if (!this.#seen) return;
    for (const gateway of this.#world.gateways())
      if (this.#known.get(gateway.name)?.told !== toldBy(gateway)) void this.#ask(gateway);
  }

  async #ask(gateway: GatewayState): Promise<void> {
    const { name, connected } = gateway;
    if (!connected || this.#asking.has(name)) return;
    this.#asking.add(name);
    const told = toldBy(gateway);
    try {
      const status = await this.#world.client.status(name);
      this.#known.set(name, { told, machines: machinesOf(status, this.#world.nowMs()) });
    } catch (error) {
      const why = error instanceof Error ? error.message : '';
      this.#known.set(name, { told, machines: this.#known.get(name)?.machines, why });
    } finally {
      this.#asking.delete(name);
    }
    this.#changed();
    this.stateChanged(); // it may have changed while it was asked
  }
}

/** Times run by themselves and are no change. */
function toldBy({ connected, generation, gates }: GatewayState): string {
  return JSON.stringify([connected, generation, gates.map(({ gate, state, proven }) => [gate, state, proven?.record])]);
}
