// What an agent is doing, as its events tell it: progress, steps under way, failures, drift. A pure reducer.
import type { Address } from '../model/address.ts';
import type { GateStanding } from '../model/attestation.ts';
import type { AgentEvent, Outcome } from '../model/events.ts';
import type { Step } from '../model/plan.ts';
import type { BrokenOff, GatewayState, StepSign } from './platform-port.ts';

export type WorkProgress = NonNullable<GatewayState['progress']>;

export interface Work {
  readonly applying: boolean;
  readonly progress?: WorkProgress;
  readonly changing: ReadonlySet<Address>;
  readonly failed: ReadonlyMap<Address, string>;
  /** Steps of the apply under way, or of the last one as long as it is broken off, by their ids. */
  readonly steps: ReadonlyMap<string, StepSign>;
  readonly brokenOff?: BrokenOff;
  readonly drift: readonly Step[];
  /** How the attestation gates stand. */
  readonly gates: readonly GateStanding[];
  /** How the last apply ended, or the last alarm, in words. */
  readonly note: string;
}

export const IDLE: Work = {
  applying: false,
  changing: new Set(),
  failed: new Map(),
  steps: new Map(),
  drift: [],
  gates: [],
  note: '',
};

/** The work after one more event. */
export function afterEvent(work: Work, event: AgentEvent): Work {
  switch (event.type) {
    case 'apply-started':
      return {
        ...IDLE,
        drift: work.drift,
        gates: work.gates,
        applying: true,
        progress: { done: 0, steps: event.steps, step: '' },
      };
    case 'step-started':
      return {
        ...work,
        changing: including(work.changing, event.address),
        steps: signed(work, event.step, { state: 'under-way' }),
        ...progressed(work, { step: event.step }),
      };
    case 'step-progress':
      return {
        ...work,
        ...progressed(work, { step: event.step, within: { what: event.what, fraction: event.fraction } }),
      };
    case 'step-done':
      return {
        ...work,
        changing: without(work.changing, event.address),
        steps: signed(work, event.step, { state: 'done' }),
        ...progressed(work, { done: event.done, steps: event.steps }),
      };
    case 'step-failed':
      return {
        ...work,
        changing: without(work.changing, event.address),
        failed: new Map([...work.failed, [event.address, event.message]]),
        // What was told to stop has not failed.
        steps:
          event.code === 'GW_CANCELLED'
            ? new Map([...work.steps].filter(([step]) => step !== event.step))
            : signed(work, event.step, { state: 'failed', message: event.message }),
      };
    case 'apply-ended':
      // That everything was applied is seen by the empty plan; anything else needs its words.
      return ended(work, event.outcome === 'applied' ? '' : event.message, event.outcome);
    case 'drift':
      return { ...work, drift: event.steps };
    case 'attestation':
      return { ...work, gates: event.standings };
    case 'alarm':
      return { ...work, note: event.message };
  }
}

/** After an apply nothing is under way; failures stay until the next one unless everything fits again. */
function ended(work: Work, note: string, outcome: Outcome): Work {
  const { applying: _applying, progress, ...rest } = work;
  const calm = { ...rest, applying: false, changing: new Set<Address>(), note };
  if (outcome === 'applied' || outcome === 'rolled-back')
    return { ...calm, failed: new Map(), steps: new Map(), drift: [] };
  return { ...calm, brokenOff: { outcome, done: progress?.done ?? 0, steps: progress?.steps ?? 0 } };
}

/** Forgets failures: the drawing or the world has changed since. */
export function forgetFailures(work: Work): Work {
  const { brokenOff: _brokenOff, ...rest } = work;
  return { ...rest, failed: new Map(), steps: work.applying ? work.steps : new Map(), note: '' };
}

/** What was known of the inside of a step does not outlive the next news. */
function progressed(work: Work, change: Partial<WorkProgress>): { readonly progress: WorkProgress } {
  const { within: _within, ...known } = work.progress ?? { done: 0, steps: 0, step: '' };
  return { progress: { ...known, ...change } };
}

function signed(work: Work, step: string, sign: StepSign): Work['steps'] {
  return new Map([...work.steps, [step, sign]]);
}

function including(set: ReadonlySet<Address>, address: Address): ReadonlySet<Address> {
  return new Set([...set, address]);
}

function without(set: ReadonlySet<Address>, address: Address): ReadonlySet<Address> {
  return new Set([...set].filter(item => item !== address));
}
