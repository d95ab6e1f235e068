// What a plan is bound to: hashes that are equal exactly when the meaning is.
import { hashOf } from '../model/canonical.ts';
import type { Observed } from '../model/observed.ts';
import type { Plan } from '../model/plan.ts';

/** Hash of an observation: gateway, generation and specs. Time, status and tags of single resources do not count. */
export function observedHash(observed: Observed): string {
  const specs = Object.entries(observed.resources).map(([address, found]) => [address, found.spec]);
  return hashOf({ gateway: observed.gateway, generation: observed.generation, specs: Object.fromEntries(specs) });
}

/** Completes a plan with the hash of everything in it. */
export function sealPlan(plan: Omit<Plan, 'hash'>): Plan {
  return { ...plan, hash: hashOf(plan) };
}
