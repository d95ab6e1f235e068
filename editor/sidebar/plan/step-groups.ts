// The steps of a plan as they are read in a hand-over: tenant by tenant, first what people notice, then what changes, then the
// rest. Pure.
import type { Action, Step } from '../../../runtime/model/plan.ts';

export interface StepGroup {
  /** `undefined`: what belongs to nobody. */
  readonly tenant: string | undefined;
  /** What people notice, then what changes or goes without that. */
  readonly first: readonly Step[];
  /** What is only added, and nobody notices. */
  readonly rest: readonly Step[];
}

/** Tenants in the order of their names; what belongs to nobody comes last. */
export function groupsOf(steps: readonly Step[]): readonly StepGroup[] {
  const byTenant = Map.groupBy(steps, ({ tenant }) => tenant);
  const tenants = [...byTenant.keys()].filter(tenant => tenant !== undefined).sort();
  const shared = byTenant.has(undefined) ? [undefined] : [];
  return [...tenants, ...shared].map(tenant => groupOf(tenant, byTenant.get(tenant) ?? []));
}

function groupOf(tenant: string | undefined, steps: readonly Step[]): StepGroup {
  const noticed = steps.filter(isNoticed);
  const changes = steps.filter(step => !isNoticed(step) && step.action !== 'create');
  const rest = steps.filter(step => !isNoticed(step) && step.action === 'create');
  return { tenant, first: [...noticed, ...changes], rest };
}

/** Somebody is cut off meanwhile, or something is lost for good. */
function isNoticed({ impact }: Step): boolean {
  return impact.dark.length > 0 || !impact.reversible;
}

/** In the order in which they are told of. */
export const ACTIONS: readonly Action[] = ['create', 'update', 'replace', 'remove'];

/** How many steps there are of each action that there is. */
export function talliesOf(steps: readonly Step[]): readonly { readonly action: Action; readonly count: number }[] {
  return ACTIONS.map(action => ({ action, count: steps.filter(step => step.action === action).length })).filter(
    ({ count }) => count > 0,
  );
}
