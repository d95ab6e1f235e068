// From what is planned, drifted and being changed to one word per resource. Pure; knows neither agents nor nodes.
import type { Address } from '../model/address.ts';
import type { Action, Plan } from '../model/plan.ts';
import type { ResourceState } from './platform-port.ts';

export interface Signs {
  readonly connected: boolean;
  /** Everything drawn on the gateway. */
  readonly drawn: readonly Address[];
  /** Absent while the drawing cannot be planned. */
  readonly plan?: Plan | undefined;
  /** What exists; only asked for when there is no plan. */
  readonly observed: ReadonlySet<Address>;
  readonly drift: ReadonlySet<Address>;
  readonly changing: ReadonlySet<Address>;
  readonly failed: ReadonlySet<Address>;
}

/** The state of every drawn resource. */
export function resourceStates(signs: Signs): Readonly<Record<Address, ResourceState>> {
  const actions = plannedActions(signs.plan);
  return Object.fromEntries(signs.drawn.map(address => [address, stateOf(address, signs, actions)]));
}

/** What the plan does to each address. */
export function plannedActions(plan: Plan | undefined): ReadonlyMap<Address, Action> {
  return new Map((plan?.steps ?? []).map(step => [step.address, step.action]));
}

function stateOf(address: Address, signs: Signs, actions: ReadonlyMap<Address, Action>): ResourceState {
  if (!signs.connected) return 'unknown';
  if (signs.changing.has(address)) return 'changing';
  if (signs.failed.has(address)) return 'blocked';
  if (signs.drift.has(address)) return 'drift';
  if (signs.plan === undefined) return signs.observed.has(address) ? 'running' : 'planned';
  return actions.has(address) ? 'planned' : 'running';
}
