// Remembers what the last plans were made from, so that a stale one is refused with what changed since.
import { hashOf } from '../model/canonical.ts';
import type { GatewayDesign } from '../model/design.ts';
import { GatewrightError } from '../model/errors.ts';
import type { Observed } from '../model/observed.ts';
import type { Plan } from '../model/plan.ts';
import { diff } from '../plan/diff.ts';

/** Plans remembered; an older one is refused all the same, only less is said. */
const REMEMBERED = 16;
/** Changed resources that a message names. */
const NAMED = 5;

export class PlanMemory {
  readonly #made = new Map<string, { readonly designHash: string; readonly observed: Observed }>();

  add(plan: Plan, observed: Observed): void {
    this.#made.delete(plan.hash);
    this.#made.set(plan.hash, { designHash: plan.designHash, observed });
    const oldest = this.#made.keys().next().value;
    if (this.#made.size > REMEMBERED && oldest !== undefined) this.#made.delete(oldest);
  }

  /** The refusal of a plan that is not the one that would be made now. */
  stale(hash: string, design: GatewayDesign, observed: Observed): GatewrightError {
    const made = this.#made.get(hash);
    return new GatewrightError('GW_PLAN_STALE', `${this.#why(made, design, observed)}; plan again and look at it`);
  }

  #why(
    made: { readonly designHash: string; readonly observed: Observed } | undefined,
    design: GatewayDesign,
    observed: Observed,
  ): string {
    if (made === undefined) return 'this agent did not make that plan lately';
    if (made.designHash !== hashOf(design)) return 'the plan was made for another design';
    const { generation } = made.observed;
    if (generation !== observed.generation)
      return `the plan was made at generation ${generation}, now it is ${observed.generation}`;
    return `since the plan was made these changed: ${changedSince(made.observed, observed)}`;
  }
}

/** `vm.cell-7/robot-a (running)`, the first few. */
function changedSince(before: Observed, after: Observed): string {
  const addresses = [...new Set([...Object.keys(before.resources), ...Object.keys(after.resources)])].sort();
  const changed = addresses.flatMap(address => {
    const fields = diff(before.resources[address]?.spec, after.resources[address]?.spec).map(change => change.field);
    return fields.length === 0 ? [] : [`${address}${fields[0] === '' ? '' : ` (${fields.slice(0, 3).join(', ')})`}`];
  });
  const more = changed.length > NAMED ? ` and ${changed.length - NAMED} more` : '';
  return changed.slice(0, NAMED).join(', ') + more;
}
