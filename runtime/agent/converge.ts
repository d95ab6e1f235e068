// Brings what is to what a design says: run the plan, look again, plan again; done when that plan is empty. Writes every
// step ahead in the journal. Works on states, never on what it did before, so it may start from anywhere.
import type { Address } from '../model/address.ts';
import type { GatewayDesign } from '../model/design.ts';
import type { Handle } from '../model/driver.ts';
import { GatewrightError, isGatewrightError, messageOf } from '../model/errors.ts';
import type { Plan, Step } from '../model/plan.ts';
import type { Backend } from './backend.ts';
import type { Boot } from './boot.ts';
import { bounded } from './bounded.ts';
import type { ClaimKeeper } from './claims/keeper.ts';
import { type RunEnd, runPlan } from './executor.ts';
import type { Journal } from './journal.ts';
import type { Limits } from './options.ts';
import type { Planning } from './planning.ts';
import { expectedSeconds, runStep } from './step.ts';
import type { Listener, Watchers } from './watchers.ts';

/** Plans run for one goal; what still differs after that is somebody else's doing. */
const ROUNDS = 2;
/** Progress within a step is told this often at most; people see no more, and what is kept of events is bounded. */
const PROGRESS_EVERY_MS = 500;
/** A step gets this many times what its driver takes usually. */
const PATIENCE = 20;

export interface ConvergeWorld {
  readonly backend: Backend;
  readonly planning: Planning;
  readonly claims: ClaimKeeper;
  readonly boot: Boot;
  readonly journal: Journal;
  readonly watchers: Watchers;
  readonly limits: Limits;
  readonly now: () => number;
}

export interface Course {
  /** Journal entry the work belongs to. */
  readonly entry: number;
  /** Rounds that the entry has in the journal. */
  readonly rounds: number;
  readonly state: 'applying' | 'rolling-back';
  readonly design: GatewayDesign;
  /** Generation written into the tags. */
  readonly generation: number;
  /** The generation that is complete before. */
  readonly from: number;
  /** The plan of the entry's last round, when nothing of it was run. */
  readonly plan?: Plan;
  readonly asker?: Listener | undefined;
  readonly signal: AbortSignal;
}

export interface Ending {
  readonly outcome: 'complete' | 'failed' | 'cancelled';
  /** Words for the user; of a failure its reason. */
  readonly message: string;
  readonly rounds: number;
}

/** @throws GatewrightError GW_JOURNAL_IO; every other trouble is an ending */
export async function converge(world: ConvergeWorld, course: Course): Promise<Ending> {
  let { rounds, plan } = course;
  for (let run = 0; ; run += 1, plan = undefined) {
    if (plan === undefined) {
      const next = await planAnew(world, course);
      if ('failure' in next) return { outcome: 'failed', message: next.failure, rounds };
      plan = next.plan;
      if (plan.steps.length === 0) return { outcome: 'complete', message: '', rounds };
      if (run >= ROUNDS) return { outcome: 'failed', message: leftOver(plan), rounds };
      rounds += 1;
      const { entry, state } = course;
      world.journal.write({ type: 'round', entry, round: rounds, state, plan, atMs: world.now() });
    }
    const end = await runRound(world, course, rounds, plan);
    if (end.outcome !== 'done') return { ...tell(end, plan), rounds };
  }
}

async function planAnew(world: ConvergeWorld, course: Course): Promise<{ plan: Plan } | { failure: string }> {
  try {
    return { plan: world.planning.plan(course.design, await world.planning.observe(course.from)) };
  } catch (error) {
    return { failure: messageOf(error) };
  }
}

function leftOver(plan: Plan): string {
  const named = plan.steps.slice(0, 5).map(step => step.id);
  const more = plan.steps.length > 5 ? ` and ${plan.steps.length - 5} more` : '';
  return `every step was done, and still this is left: ${named.join(', ')}${more} [GW_APPLY_INCOMPLETE]`;
}

function tell(end: Exclude<RunEnd, { outcome: 'done' }>, plan: Plan): Pick<Ending, 'outcome' | 'message'> {
  const progress = `${end.done} of ${plan.steps.length} steps were done`;
  if (end.outcome === 'cancelled') return { outcome: 'cancelled', message: progress };
  return { outcome: 'failed', message: `${end.step.id} failed: ${end.message}; ${progress}` };
}

function runRound(world: ConvergeWorld, course: Course, round: number, plan: Plan): Promise<RunEnd> {
  const { watchers, journal, limits, now } = world;
  const { entry, generation, asker, signal } = course;
  const steps = plan.steps.length;
  const note = (step: Step, state: 'started' | 'done' | 'failed', message = '') =>
    journal.write({ type: 'step', entry, round, step: step.id, state, message, atMs: now() });
  watchers.tell({ type: 'apply-started', generation, planHash: plan.hash, steps }, asker);
  return runPlan(plan, {
    parallel: limits.parallel,
    signal,
    perform: step => perform(world, course, step),
    started(step) {
      note(step, 'started');
      watchers.tell({ type: 'step-started', generation, step: step.id, address: step.address }, asker);
    },
    done(step, done) {
      note(step, 'done');
      watchers.tell({ type: 'step-done', generation, step: step.id, address: step.address, done, steps }, asker);
    },
    failed(step, error) {
      const message = messageOf(error);
      note(step, 'failed', message);
      const code = isGatewrightError(error) ? error.code : 'GW_BUG';
      const { id, address } = step;
      watchers.tell({ type: 'step-failed', generation, step: id, address, code, message }, asker);
    },
  });
}

function perform(world: ConvergeWorld, course: Course, step: Step): Promise<void> {
  const { backend, limits } = world;
  const handle = backend.handle(step.kind);
  const facts = backend.factsOf(step.kind);
  const timeoutMs = Math.max(limits.stepMs, PATIENCE * 1000 * expectedSeconds(step, facts));
  const late = () =>
    new GatewrightError(
      'GW_STEP_TIMEOUT',
      `${facts.driver} gave no answer in ${timeoutMs / 1000} s; look whether it hangs on the host`,
      { address: step.address },
    );
  const context = { generation: course.generation, progress: progressOf(world, course, step) };
  const work = async (signal: AbortSignal) => {
    await runStep(step, course.design.resources, handle, { ...context, signal });
    await forgetVms(backend, step);
  };
  return bounded(work, {
    timeoutMs,
    graceMs: limits.graceMs,
    cancel: course.signal,
    late,
  });
}

/**
 * A VM that was made anew has another TPM, which the approval of the plan lets in; what the one before proved counts no more. One that was
 * renamed takes its TPM along, which must not count as that of another VM.
 */
async function forgetVms(backend: Backend, { kind, action, address, was }: Step): Promise<void> {
  if (kind !== 'vm' || !backend.facts.some(one => one.kind === 'gate')) return;
  const gates = backend.handle('gate') as Handle<'gate'>;
  const gone = [was, action === 'replace' || action === 'remove' ? address : undefined];
  for (const vm of gone) if (vm !== undefined) await gates.vmGone?.(vm as Address<'vm'>);
}

function progressOf({ watchers, now }: ConvergeWorld, { generation, asker }: Course, { id, address }: Step) {
  let toldMs = Number.NEGATIVE_INFINITY;
  return (what: string, fraction: number) => {
    if (now() - toldMs < PROGRESS_EVERY_MS) return;
    toldMs = now();
    const within = Math.min(1, Math.max(0, fraction));
    watchers.tell({ type: 'step-progress', generation, step: id, address, what, fraction: within }, asker);
  };
}
