// One step of a plan, carried out by the handle of its kind. Every action may be done again after a stop in the middle.
import type { Address } from '../model/address.ts';
import type { DriverFacts, Handle, StepContext } from '../model/driver.ts';
import { GatewrightError } from '../model/errors.ts';
import type { Step } from '../model/plan.ts';
import type { Resource } from '../model/resource.ts';
import { topField } from '../plan/diff.ts';

export type ResourcesByAddress = Readonly<Record<string, Resource>>;

/** @throws whatever the handle throws; GW_BUG for a step whose resource the design lacks */
export async function runStep(
  step: Step,
  resources: ResourcesByAddress,
  handle: Handle,
  context: StepContext,
): Promise<void> {
  switch (step.action) {
    case 'create':
      return handle.create(wanted(step, resources), context);
    case 'update':
      return handle.update(wanted(step, resources), step.changes, context, step.was);
    case 'replace':
      for (const address of standing(step)) await handle.remove(address, context);
      context.signal.throwIfAborted();
      return handle.create(wanted(step, resources), context);
    case 'remove':
      return handle.remove(step.address, context);
  }
}

/** What a replacement takes away first: under its old name as well, when it has one. */
function standing(step: Step): readonly Address[] {
  return step.was === undefined ? [step.address] : [step.was, step.address];
}

function wanted(step: Step, resources: ResourcesByAddress): Resource {
  const resource = resources[step.address];
  if (resource !== undefined) return resource;
  throw new GatewrightError('GW_BUG', `the plan makes ${step.address}, which the design lacks; report this`, {
    address: step.address,
  });
}

/** Rough seconds a step takes with this driver. */
export function expectedSeconds(step: Step, facts: DriverFacts): number {
  const { seconds } = facts;
  if (step.action === 'replace') return seconds.remove + seconds.create;
  if (step.action !== 'update') return seconds[step.action];
  const mutable = facts.mutable as Readonly<Record<string, string | undefined>>;
  return step.changes.some(change => mutable[topField(change.field)] === 'restart') ? seconds.restart : seconds.update;
}
