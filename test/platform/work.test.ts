import assert from 'node:assert/strict';
import type { Address } from '../../runtime/model/address.ts';
import type { AgentEvent } from '../../runtime/model/events.ts';
import type { Plan } from '../../runtime/model/plan.ts';
import { resourceStates, type Signs } from '../../runtime/platform/resource-state.ts';
import { afterEvent, forgetFailures, IDLE, type Work } from '../../runtime/platform/work.ts';

const A: Address = 'vm.cell-7/robot-a';
const B: Address = 'vm.cell-7/robot-b';
const stamp = { gateway: 'cell-7', atMs: 1, generation: 1 } as const;

function workOf(...events: AgentEvent[]): Work {
  return events.reduce(afterEvent, IDLE);
}
const started: AgentEvent = { ...stamp, type: 'apply-started', planHash: 'h', steps: 2 };
const stepStarted: AgentEvent = { ...stamp, type: 'step-started', step: `create ${A}`, address: A };
const stepDone: AgentEvent = { ...stamp, type: 'step-done', step: `create ${A}`, address: A, done: 1, steps: 2 };
const stepFailed: AgentEvent = {
  ...stamp,
  type: 'step-failed',
  step: `create ${A}`,
  address: A,
  code: 'GW_HOST_TIMEOUT',
  message: 'no answer',
};
const ended = (outcome: 'applied' | 'failed'): AgentEvent => ({
  ...stamp,
  type: 'apply-ended',
  outcome,
  message: outcome,
});

describe('the work of an agent', () => {
  it('shows progress and what is changing while an apply runs', () => {
    const work = workOf(started, stepStarted);
    assert.equal(work.applying, true);
    assert.deepEqual(work.progress, { done: 0, steps: 2, step: `create ${A}` });
    assert.deepEqual([...work.changing], [A]);
    assert.deepEqual([...workOf(started, stepStarted, stepDone).changing], []);
    assert.equal(workOf(started, stepStarted, stepDone).progress?.done, 1);
  });

  it('shows how far a step is, until the next news of any step', () => {
    const within = { what: 'starts the guest once', fraction: 0.4 };
    const halfway: AgentEvent = { ...stamp, type: 'step-progress', step: `create ${A}`, address: A, ...within };
    assert.deepEqual(workOf(started, stepStarted, halfway).progress, {
      done: 0,
      steps: 2,
      step: `create ${A}`,
      within,
    });
    assert.equal(workOf(started, stepStarted, halfway, stepDone).progress?.within, undefined);
  });

  it('tells of every step how it stands, until everything is complete', () => {
    const id = `create ${A}`;
    assert.deepEqual([...workOf(started, stepStarted).steps], [[id, { state: 'under-way' }]]);
    assert.deepEqual([...workOf(started, stepStarted, stepDone).steps], [[id, { state: 'done' }]]);
    assert.deepEqual([...workOf(started, stepStarted, stepDone, ended('applied')).steps], []);
    const failed = workOf(started, stepStarted, stepFailed, ended('failed'));
    assert.deepEqual([...failed.steps], [[id, { state: 'failed', message: 'no answer' }]]);
    assert.deepEqual([...forgetFailures(failed).steps], [], 'a new drawing has new steps');
    assert.deepEqual(
      [...forgetFailures(workOf(started, stepStarted)).steps.keys()],
      [id],
      'an apply goes on all the same',
    );
  });

  it('remembers how far an apply was that broke off, until the next one or a new drawing', () => {
    const failed = workOf(started, stepStarted, stepDone, stepFailed, ended('failed'));
    assert.deepEqual(failed.brokenOff, { outcome: 'failed', done: 1, steps: 2 });
    assert.equal(afterEvent(failed, started).brokenOff, undefined);
    assert.equal(forgetFailures(failed).brokenOff, undefined);
    assert.equal(workOf(started, stepStarted, stepDone, ended('applied')).brokenOff, undefined);
  });

  it('keeps a failed step until the next apply or drawing', () => {
    const failed = workOf(started, stepStarted, stepFailed, ended('failed'));
    assert.equal(failed.applying, false);
    assert.equal(failed.progress, undefined);
    assert.deepEqual([...failed.failed.keys()], [A]);
    assert.equal(failed.note, 'failed');
    assert.equal(forgetFailures(failed).failed.size, 0);
    assert.equal(afterEvent(failed, started).failed.size, 0);
  });

  it('has no drift and no failure after everything was applied', () => {
    const drift: AgentEvent = { ...stamp, type: 'drift', steps: [{ address: A } as Plan['steps'][number]] };
    const work = workOf(drift, started, stepFailed, ended('applied'));
    assert.deepEqual([work.drift.length, work.failed.size], [0, 0]);
    assert.equal(workOf(drift).drift.length, 1);
    assert.equal(afterEvent(workOf(drift), { ...drift, steps: [] }).drift.length, 0);
  });
});

describe('the state of a resource', () => {
  const plan = (...steps: object[]) => ({ steps }) as unknown as Plan;
  const state = (signs: Partial<Signs>) =>
    resourceStates({
      connected: true,
      drawn: [A, B],
      plan: plan(),
      observed: new Set(),
      drift: new Set(),
      changing: new Set(),
      failed: new Set(),
      ...signs,
    })[A];

  it('is running when the plan has nothing to do for it', () => assert.equal(state({}), 'running'));
  it('is planned when a step stands before it', () =>
    assert.equal(state({ plan: plan({ address: A, action: 'create' }) }), 'planned'));
  it('is unknown while the agent is away, whatever was known before', () =>
    assert.equal(state({ connected: false, changing: new Set([A]) }), 'unknown'));
  it('is changing rather than blocked, blocked rather than drift, drift rather than planned', () => {
    const set = new Set([A]);
    const step = plan({ address: A, action: 'update' });
    assert.equal(state({ changing: set, failed: set, drift: set, plan: step }), 'changing');
    assert.equal(state({ failed: set, drift: set, plan: step }), 'blocked');
    assert.equal(state({ drift: set, plan: step }), 'drift');
  });
  it('without a plan is what exists', () => {
    assert.equal(state({ plan: undefined, observed: new Set([A]) }), 'running');
    assert.equal(state({ plan: undefined }), 'planned');
  });
});
