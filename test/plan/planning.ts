// Plans of the sample gateway, as tests ask for them.
import assert from 'node:assert/strict';
import { type FactChanges, factsOf } from '../../runtime/drivers/memory/facts.ts';
import { KINDS } from '../../runtime/model/address.ts';
import type { Plan, Step } from '../../runtime/model/plan.ts';
import type { Resource } from '../../runtime/model/resource.ts';
import { type Planned, plan } from '../../runtime/plan/plan.ts';
import { designOf, observedOf } from '../contract/samples.ts';

/** Plans from what is there to what is wanted. @param facts  what differs from the simulated back end */
export function planned(there: readonly Resource[], wanted: readonly Resource[], facts: FactChanges = {}): Planned {
  return plan({
    design: designOf(wanted),
    observed: observedOf(there),
    facts: KINDS.map(kind => factsOf(kind, facts)),
    label: 'simulated',
  });
}

/** The same, when only the plan matters; fails on diagnostics. */
export function planFor(there: readonly Resource[], wanted: readonly Resource[], facts: FactChanges = {}): Plan {
  const { plan: result, diagnostics } = planned(there, wanted, facts);
  assert.deepEqual(diagnostics, []);
  return result;
}

/** The step with this id. */
export function stepOf(plan: Plan, id: string): Step {
  const step = plan.steps.find(each => each.id === id);
  assert.ok(step !== undefined, `no step ${id} among ${plan.steps.map(each => each.id).join(', ')}`);
  return step;
}

/** Ids of the steps. */
export function ids(plan: Plan): readonly string[] {
  return plan.steps.map(step => step.id);
}

/** Asserts that one step comes before another, both in the list and by what it needs, however far. */
export function assertBefore(plan: Plan, first: string, later: string): void {
  const reached = new Set([later]);
  for (const id of reached) for (const need of stepOf(plan, id).needs) reached.add(need);
  assert.ok(reached.has(first), `${later} does not wait for ${first}`);
  assert.ok(ids(plan).indexOf(first) < ids(plan).indexOf(later), `${first} stands after ${later}`);
}
