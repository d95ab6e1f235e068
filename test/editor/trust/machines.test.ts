import assert from 'node:assert/strict';
import { durationOf, machinesOf } from '../../../editor/sidebar/trust/machines.ts';
import type { AttestationStatus, GateStanding, TrustedMachine } from '../../../runtime/model/attestation.ts';

const READ_AT = 1_000_000;
const finding = (message: string) => ({ code: 'GW_ATTEST_MISMATCH', message, component: 'kernel', pcr: 4 });
const gate = (name: string, changes: Partial<GateStanding> = {}): GateStanding => ({
  ...{ gate: `gate.pumps-1/${name}`, machine: 'vm.control', state: 'trusted', openMs: 60_000, findings: [] },
  ...changes,
});
const machine = (changes: Partial<TrustedMachine> = {}): TrustedMachine => ({
  ...{ machine: 'vm.control', invited: false, learned: true },
  ...changes,
});
const only = (status: AttestationStatus) => {
  const [first, ...others] = machinesOf(status, READ_AT);
  assert.ok(first !== undefined && others.length === 0);
  return first;
};

describe('how a machine is proven', () => {
  it('is the worst that one of its gates says, and told by the newest proof', () => {
    const gates = [
      gate('first', { proven: { at: 500, record: 3 } }),
      gate('second', { state: 'stale', openMs: 0, proven: { at: 400, record: 2 } }),
    ];
    const { state, proven, vm } = only({ machines: [machine()], gates });
    assert.deepEqual([state, proven, vm], ['stale', { at: 500, record: 3 }, 'control']);
  });

  it('is nothing that a gate says when none asks it', () => {
    const { state, gates, known } = only({ machines: [machine({ machine: 'host' })], gates: [] });
    assert.deepEqual([state, gates, known?.machine], [undefined, [], 'host']);
  });

  it('is known of one that never said anything, by its gates', () => {
    const { known, state } = only({ machines: [], gates: [gate('first', { state: 'never', openMs: 0 })] });
    assert.deepEqual([known, state], [undefined, 'never']);
  });

  it('tells the same finding once, whoever found it', () => {
    const last: TrustedMachine['last'] = {
      ...{ number: 4, at: 900, verdict: 'mismatch' },
      findings: [finding('another kernel')],
    };
    const gates = ['first', 'second'].map(name => gate(name, { findings: [finding('another kernel'), finding(name)] }));
    const { findings } = only({ machines: [machine({ last })], gates });
    assert.deepEqual(
      findings.map(({ message }) => message),
      ['another kernel', 'first', 'second'],
    );
  });

  it('says until when a gate is open, by the clock of who looks', () => {
    const { gates } = only({ machines: [], gates: [gate('open'), gate('shut', { openMs: 0 })] });
    assert.deepEqual(
      gates.map(({ name, openUntilMs }) => [name, openUntilMs]),
      [
        ['open', READ_AT + 60_000],
        ['shut', undefined],
      ],
    );
  });

  it('is told of the box before the VMs', () => {
    const gates = [gate('a'), gate('b', { machine: 'host' }), gate('c', { machine: 'vm.a' })];
    assert.deepEqual(
      machinesOf({ machines: [], gates }, READ_AT).map(one => one.machine),
      ['host', 'vm.a', 'vm.control'],
    );
  });
});

describe('a time that is left', () => {
  it('is told in the unit that says enough', () => {
    const texts = [-5, 0, 1, 90_000, 600_000, 7_200_000, 200_000_000].map(durationOf);
    assert.deepEqual(
      texts.map(({ unit, count }) => `${count} ${unit}`),
      ['0 seconds', '0 seconds', '1 seconds', '90 seconds', '10 minutes', '2 hours', '2 days'],
    );
  });
});
