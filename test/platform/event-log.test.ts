import assert from 'node:assert/strict';
import type { GateStanding } from '../../runtime/model/attestation.ts';
import type { AgentEvent } from '../../runtime/model/events.ts';
import { openEventLog } from '../../runtime/platform/event-log.ts';
import { EventWords } from '../../runtime/platform/event-words.ts';
import type { AuditEntry } from '../../runtime/platform/platform-port.ts';

const stamp = { gateway: 'cell-7', atMs: 5, generation: 1 } as const;
const ended = (atMs: number, message = 'ok'): AgentEvent => ({
  ...{ ...stamp, atMs },
  ...{ type: 'apply-ended', outcome: 'applied', message },
});
const alarm: AgentEvent = { gateway: 'cell-7', atMs: 9, type: 'alarm', code: 'GW_RECOVERY_FAILED', message: 'look' };

/** A platform that says what the test lets it say. */
function open() {
  const entries: AuditEntry[] = [];
  const listeners: ((event: AgentEvent) => void)[] = [];
  const log = openEventLog({
    audit: () => entries,
    design: () => undefined,
    onEvent(listener) {
      listeners.push(listener);
      return () => {};
    },
  });
  const tell = (event: AgentEvent) => {
    for (const listener of listeners) listener(event);
  };
  return { log, tell, entries };
}

describe('the log of events', () => {
  it('has what people did and what gateways told, in the order of time', () => {
    const { log, tell, entries } = open();
    tell(ended(20));
    entries.push({ atMs: 10, user: 'ann', action: 'apply', gateway: 'cell-7', detail: 'plan 12' });
    const { events, whole } = log.since(undefined);
    assert.equal(whole, true);
    assert.deepEqual(
      events.map(({ atMs, kind, user }) => [atMs, kind, user]),
      [
        [10, 'apply', 'ann'],
        [20, 'apply-ended', undefined],
      ],
    );
  });

  it('tells what came after a cursor, once, and everything to a cursor of another run', () => {
    const { log, tell, entries } = open();
    tell(ended(1));
    const { run, next } = log.since(undefined);
    assert.deepEqual(log.since({ run, after: next }).events, []);
    entries.push({ atMs: 2, user: 'ann', action: 'cancel', detail: 'asked to stop' });
    const news = log.since({ run, after: next });
    assert.deepEqual([news.events.map(({ kind }) => kind), news.whole], [['cancel'], false]);
    assert.deepEqual(log.since({ run, after: news.next }).events, []);
    assert.equal(log.since({ run: 'another', after: news.next }).whole, true);
    assert.equal(log.since({ run, after: news.next + 1 }).whole, true, 'a cursor from nowhere');
  });

  it('forgets the oldest, and then says that what it gives is all it knows', () => {
    const { log, tell } = open();
    const { run, next } = log.since(undefined);
    for (let atMs = 0; atMs < 20_000; atMs += 1) tell(ended(atMs, 'x'.repeat(2_000)));
    const { events, whole } = log.since({ run, after: next });
    assert.equal(whole, true);
    assert.ok(events.length <= 7_500 && events.length >= 7_000);
    assert.equal(events.at(-1)?.atMs, 19_999);
    assert.ok(events.every(({ text }) => text.length <= 500));
  });

  it('marks what was refused', () => {
    const { log, entries } = open();
    entries.push({ atMs: 1, user: 'ann', action: 'power', detail: 'stop vm.cell-7/a refused: busy' });
    entries.push({ atMs: 2, user: 'ann', action: 'power', detail: 'stop vm.cell-7/a' });
    assert.deepEqual(
      log.since(undefined).events.map(({ severity }) => severity),
      ['warning', 'info'],
    );
  });
});

describe('the words of events', () => {
  const standing = (state: GateStanding['state']): GateStanding => ({
    ...{ gate: 'gate.cell-7/pump', machine: 'vm.pump', state, openMs: 0 },
    findings: state === 'mismatch' ? [{ code: 'X', message: 'the kernel differs' }] : [],
  });
  const attestation = (...states: GateStanding['state'][]): AgentEvent => ({
    ...{ gateway: 'cell-7', atMs: 1, type: 'attestation' },
    standings: states.map(standing),
  });

  it('are of each gate only what is new', () => {
    const words = new EventWords();
    assert.equal(words.linesOf(attestation('trusted')).length, 1);
    assert.deepEqual(words.linesOf(attestation('trusted')), []);
    const [line] = words.linesOf(attestation('mismatch'));
    assert.deepEqual([line?.severity, line?.text], ['error', 'gate.cell-7/pump, vm.pump mismatch: the kernel differs']);
  });

  it('leave progress out', () => {
    const step = { ...stamp, step: 'create vm.cell-7/a', address: 'vm.cell-7/a' } as const;
    const words = new EventWords();
    assert.deepEqual(words.linesOf({ ...step, type: 'step-started' }), []);
    assert.deepEqual(words.linesOf({ ...step, type: 'step-progress', what: 'copies', fraction: 0.5 }), []);
    assert.equal(
      words.linesOf({ ...step, type: 'step-done', done: 1, steps: 2 })[0]?.text,
      'create vm.cell-7/a (1 of 2)',
    );
  });

  it('say of a step that failed why, but not of one that was told to stop', () => {
    const failed = {
      ...stamp,
      type: 'step-failed',
      step: 'create vm.cell-7/a',
      address: 'vm.cell-7/a',
      message: 'no',
    } as const;
    const words = new EventWords();
    assert.equal(
      words.linesOf({ ...failed, code: 'GW_HOST_TIMEOUT' })[0]?.text,
      'create vm.cell-7/a: no [GW_HOST_TIMEOUT]',
    );
    assert.deepEqual(words.linesOf({ ...failed, code: 'GW_CANCELLED' }), []);
  });

  it('say how bad it is', () => {
    const words = new EventWords();
    const failed: AgentEvent = { ...stamp, type: 'apply-ended', outcome: 'failed', message: 'no' };
    assert.deepEqual(
      [alarm, failed, ended(1)].map(event => words.linesOf(event)[0]?.severity),
      ['error', 'error', 'info'],
    );
    assert.equal(words.linesOf({ ...stamp, type: 'drift', steps: [] })[0]?.text, 'fits what was applied again');
  });
});
