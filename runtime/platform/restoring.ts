// Brings back one difference and leaves all others as they are: a plan of the drawing with everything else let stand for this once.
import type { Address } from '../model/address.ts';
import type { ApplyResult } from '../model/agent.ts';
import type { GatewayDesign } from '../model/design.ts';
import type { DriftException, DriftPlace } from '../model/drift.ts';
import { GatewrightError, messageOf } from '../model/errors.ts';
import type { FieldChange, Plan, Step } from '../model/plan.ts';
import { isConsequence, isLive, leaveExcepted } from '../plan/exceptions.ts';
import { isAt, nameOf } from './drift-place.ts';
import { adding, type ExceptionStore } from './exception-store.ts';
import type { GatewayLink } from './gateway-link.ts';

/** What it takes to decide about the drift of a gateway. */
export interface RestoringWorld {
  readonly gateway: string;
  readonly user: string;
  readonly exceptions: ExceptionStore;
  readonly link: Pick<GatewayLink, 'drift' | 'drawing' | 'reached' | 'apply' | 'refresh'>;
  readonly note: (detail: string, action?: 'apply' | 'except') => void;
  readonly now: () => number;
}

interface Restoring {
  readonly plan: Plan;
  /** What is planned: the drawing with everything else as it is. */
  readonly design: GatewayDesign;
  /** What is left as it is. */
  readonly left: readonly DriftException[];
}

/** @throws as `Excepting.planRestoring` */
export async function onlyRestoring(world: RestoringWorld, place: DriftPlace): Promise<Restoring> {
  const design = world.link.drawing();
  const agent = world.link.reached();
  const observed = await agent.observe();
  const live = (await world.exceptions.read(world.gateway)).filter(one => isLive(one, world.now()));
  const whole = await agent.plan(leaveExcepted(design, observed, live));
  if (!whole.steps.some(step => isPlace(step, place)))
    throw new GatewrightError('GW_DRIFT_UNKNOWN', `the plan does not change ${nameOf(place)}; look at the drift again`);
  const left = whole.steps.flatMap(step => leftOf(world, step, place));
  const only = leaveExcepted(design, observed, [...live, ...left]);
  const plan = await agent.plan(only);
  const other = plan.steps.find(step => !isOnly(step, place));
  if (other === undefined) return { plan, design: only, left };
  throw new GatewrightError(
    'GW_RESTORE_REFUSED',
    `${nameOf(place)} cannot be brought back without ${other.id}; apply the whole plan, or let that stand first`,
    { address: other.address },
  );
}

/** @throws as `Excepting.restore` */
export async function restore(world: RestoringWorld, place: DriftPlace, planHash: string): Promise<ApplyResult> {
  const { design, left } = await onlyRestoring(world, place);
  const drifted = world.link.drift().drifted;
  // An apply makes what is the measure of drift: what was drift before has to stay known as that.
  const kept = left.filter(one => drifted.some(each => isAt(each, one)));
  world.note(`plan ${planHash.slice(0, 12)} restores ${nameOf(place)}`, 'apply');
  try {
    await world.exceptions.change(world.gateway, before => adding(before, kept, world.now()));
    const result = await world.link.apply(planHash, 'stop', design);
    world.note(`${result.outcome}: generation ${result.generation}`, 'apply');
    return result;
  } catch (error) {
    world.note(`refused: ${messageOf(error)}`, 'apply');
    throw error;
  }
}

/** The other differences of a step, as exceptions that have ended already. */
function leftOf(world: RestoringWorld, step: Step, place: DriftPlace): readonly DriftException[] {
  const others = step.changes.filter(({ field }) => !(step.address === place.address && field === place.field));
  return others.map(change => endedAtOnce(world, step.address, change, place));
}

function endedAtOnce(
  { gateway, user, now }: RestoringWorld,
  address: Address,
  { field, from }: FieldChange,
  place: DriftPlace,
): DriftException {
  const value = from === undefined ? {} : { value: from as NonNullable<DriftException['value']> };
  const atMs = now();
  const reason = `left when ${nameOf(place)} was restored`.slice(0, 300);
  return { gateway, address, field, ...value, user, reason, atMs, untilMs: atMs };
}

function isPlace(step: Step, { address, field }: DriftPlace): boolean {
  if (step.address !== address) return false;
  return field === '' ? step.changes.length === 0 : step.changes.some(change => change.field === field);
}

/** Whether a step does nothing but what was asked for, and what follows from it. */
function isOnly(step: Step, place: DriftPlace): boolean {
  return isConsequence(step) || (isPlace(step, place) && step.changes.every(({ field }) => field === place.field));
}
