// Devices that one VM owns in a plan: after their VM, before it goes, and from hand to hand without two owners at once.
import assert from 'node:assert/strict';
import { resource, robotA, robotNic, SAMPLE, withSpec } from '../contract/samples.ts';
import { port, reads, serialLine } from '../drivers/lines/sample.ts';
import { assertBefore, ids, planFor, stepOf } from './planning.ts';

const COM = '/dev/serial/by-id/adapter';

describe('a device of a VM in a plan', () => {
  it('is given when the VM is there, and taken back before it goes', () => {
    assertBefore(planFor([], [...SAMPLE, robotNic]), `create ${robotA.address}`, `create ${robotNic.address}`);
    assertBefore(planFor([...SAMPLE, robotNic], []), `remove ${robotNic.address}`, `remove ${robotA.address}`);
  });

  it('goes to another bus only when the first has let it go', () => {
    const other = resource('device', 'other', robotNic.spec, [robotA.address]);
    const plan = planFor([...SAMPLE, robotNic], [...SAMPLE, other]);
    assertBefore(plan, `remove ${robotNic.address}`, `create ${other.address}`);
  });

  it('is let go by the line that shared it, and by the VM before a line shares it', () => {
    const shared = resource(
      'line',
      'meters',
      serialLine(COM, { messages: 'none', ports: [port('robot-a', 'vendor-a', reads)] }),
      [robotA.address],
    );
    const owned = resource('device', 'meters', { ...robotNic.spec, attach: { by: 'serial', path: COM } }, [
      robotA.address,
    ]);
    assertBefore(
      planFor([...SAMPLE, shared], [...SAMPLE, owned]),
      `remove ${shared.address}`,
      `create ${owned.address}`,
    );
    assertBefore(
      planFor([...SAMPLE, owned], [...SAMPLE, shared]),
      `remove ${owned.address}`,
      `create ${shared.address}`,
    );
  });

  it('that was unplugged and is back is mended without touching its VM', () => {
    const lost = withSpec(robotNic, { plugged: false });
    const plan = planFor([...SAMPLE, lost], [...SAMPLE, robotNic]);
    assert.deepEqual(ids(plan), [`update ${robotNic.address}`]);
    const { impact, changes } = stepOf(plan, `update ${robotNic.address}`);
    assert.deepEqual([impact.restartsVm, impact.dark], [false, []]);
    assert.deepEqual(
      changes.map(({ field, from, to }) => [field, from, to]),
      [['plugged', false, true]],
    );
  });
});
