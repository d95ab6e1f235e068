// The drift of one gateway, with what people let stand taken out of it: in its plan, in what is told, and in what is shown.
import type { Address, Name } from '../model/address.ts';
import { canonicalJson, hashOf } from '../model/canonical.ts';
import type { GatewayDesign } from '../model/design.ts';
import type { DriftException, Drifted } from '../model/drift.ts';
import type { AgentEvent } from '../model/events.ts';
import type { Observed } from '../model/observed.ts';
import type { FieldChange, Plan, Step } from '../model/plan.ts';
import { driftedFields } from '../plan/drifted.ts';
import { covers, isLive, leaveExcepted, withoutExcepted } from '../plan/exceptions.ts';
import type { ExceptionStore } from './exception-store.ts';

export interface DriftWorld {
  readonly exceptions: ExceptionStore;
  /** Unix time in ms. */
  readonly now: () => number;
}

/** What there is to decide about. */
export interface DriftSight {
  readonly drifted: readonly Drifted[];
  readonly exceptions: readonly DriftException[];
}

export class LinkDrift {
  readonly #world: DriftWorld;
  readonly #gateway: Name;
  #exceptions: readonly DriftException[] = [];
  #known = false;
  /** Hash of the steps that were told last. */
  #told = hashOf([]);
  /** When the first of those in force ends, as Unix time in ms. */
  #turnsMs = Number.POSITIVE_INFINITY;

  constructor(gateway: Name, world: DriftWorld) {
    this.#gateway = gateway;
    this.#world = world;
  }

  /** Reads what may stand now. @throws GatewrightError GW_EXCEPTIONS_UNREADABLE */
  async renew(): Promise<void> {
    this.#exceptions = await this.#world.exceptions.read(this.#gateway);
    this.#turnsMs = Math.min(...this.#live().map(({ untilMs }) => untilMs), Number.POSITIVE_INFINITY);
    this.#known = true;
  }

  /** The design to plan in place of the one that is drawn. @throws whatever keeps the agent from looking */
  async toPlan(design: GatewayDesign, observe: () => Promise<Observed>): Promise<GatewayDesign> {
    const live = this.#live();
    return live.length === 0 ? design : leaveExcepted(design, await observe(), live);
  }

  /** Whether an exception has ended since the last plan, or somebody decided elsewhere. */
  async turned(): Promise<boolean> {
    const exceptions = await this.#world.exceptions.read(this.#gateway);
    return this.#world.now() >= this.#turnsMs || canonicalJson(exceptions) !== canonicalJson(this.#exceptions);
  }

  /**
   * What to tell, when it is news; nothing before it is known what may stand.
   * @param steps  drift as the agent tells it
   * @param plan   of the drawing
   */
  news(steps: readonly Step[], plan: Plan | undefined, generation: number): AgentEvent | undefined {
    const { drift, relapsed } = this.#split(steps, plan);
    const told = [...drift, ...relapsed];
    const hash = hashOf(told);
    if (!this.#known || hash === this.#told) return undefined;
    this.#told = hash;
    return { type: 'drift', gateway: this.#gateway, atMs: this.#world.now(), generation, steps: told };
  }

  /** @param steps  drift as the agent tells it @param plan  of the drawing */
  sight(steps: readonly Step[], plan: Plan | undefined): DriftSight {
    const { drift, relapsed } = this.#split(steps, plan);
    const differs = [...steps, ...relapsed].flatMap(({ address, changes }) =>
      changes.map(change => ({ address, change })),
    );
    const exceptions = this.#exceptions.filter(
      one => this.#isLive(one) || differs.some(({ address, change }) => covers(one, address, change)),
    );
    return { drifted: driftedFields([...drift, ...relapsed]), exceptions };
  }

  /**
   * What is drift to the agent, and what is drift to nobody but the drawing: it was applied as it was while it was excepted, and
   * that has ended.
   */
  #split(steps: readonly Step[], plan: Plan | undefined) {
    const drift = withoutExcepted(steps, this.#live());
    const ended = this.#exceptions.filter(one => !this.#isLive(one));
    const told = ({ address }: Step, { field }: FieldChange) =>
      drift.some(step => step.address === address && step.changes.some(change => change.field === field));
    const relapsed = (plan?.steps ?? []).flatMap(step => {
      const changes = step.changes.filter(
        change => !told(step, change) && ended.some(one => covers(one, step.address, change)),
      );
      return changes.length === 0 ? [] : [{ ...step, changes }];
    });
    return { drift, relapsed };
  }

  #isLive(exception: DriftException): boolean {
    return isLive(exception, this.#world.now());
  }

  #live(): readonly DriftException[] {
    return this.#exceptions.filter(one => this.#isLive(one));
  }
}

/** Things that differ. */
export function addressesOf({ drifted }: DriftSight): ReadonlySet<Address> {
  return new Set(drifted.map(({ address }) => address));
}
