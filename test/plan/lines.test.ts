// Field lines in a plan: after the VMs that hang on them, and out of their way before they go.
import assert from 'node:assert/strict';
import { resource, robotA, SAMPLE, withSpec } from '../contract/samples.ts';
import { port, reads, serialLine } from '../drivers/lines/sample.ts';
import { assertBefore, ids, planFor, stepOf } from './planning.ts';

const meters = resource(
  'line',
  'meters',
  serialLine('/dev/ttyUSB0', { messages: 'none', ports: [port('robot-a', 'vendor-a', reads)] }),
  [robotA.address],
);

describe('a line in a plan', () => {
  it('is made after the VMs that hang on it, and let go before they go', () => {
    const made = planFor([], [...SAMPLE, meters]);
    assertBefore(made, `create ${robotA.address}`, `create ${meters.address}`);
    const gone = planFor([...SAMPLE, meters], []);
    assertBefore(gone, `remove ${meters.address}`, `remove ${robotA.address}`);
  });

  it('is changed in place, and says which port, which firewall and which rule', () => {
    const guard = { firewall: 'guard', rules: [{ ...reads.rules[0], id: 'read', functions: [3] }] };
    const changed = withSpec(meters, { ports: [port('robot-a', 'vendor-a', guard)] });
    const plan = planFor([...SAMPLE, meters], [...SAMPLE, changed]);
    assert.deepEqual(ids(plan), [`update ${meters.address}`]);
    const { changes, impact } = stepOf(plan, `update ${meters.address}`);
    assert.match(changes[0]?.field ?? '', /^ports\[vm\.cell-7\/robot-a\]\.guards\[guard\]\.rules\[read\]\.functions/);
    assert.deepEqual([impact.restartsVm, impact.dark, impact.reversible], [false, [], true]);
  });

  it('hands its device over to a line that takes its place', () => {
    const other = resource('line', 'other', meters.spec, [robotA.address]);
    const plan = planFor([...SAMPLE, meters], [...SAMPLE, other]);
    assertBefore(plan, `remove ${meters.address}`, `create ${other.address}`);
  });
});
