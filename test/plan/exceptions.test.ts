// What somebody lets stand is neither planned away nor told as drift, as long as it stays what it was and its date has not come.
import assert from 'node:assert/strict';
import { type DriftException, DriftException as Shape } from '../../runtime/model/drift.ts';
import type { Resource } from '../../runtime/model/resource.ts';
import { driftedFields } from '../../runtime/plan/drifted.ts';
import { canStand, isLive, leaveExcepted, withoutExcepted } from '../../runtime/plan/exceptions.ts';
import { designOf, observedOf, robotA, SAMPLE, withSpec } from '../contract/samples.ts';
import { ids, planFor } from './planning.ts';

const less = withSpec(robotA, { memoryMiB: 128, vcpus: 4 });
const there = SAMPLE.map((one): Resource => (one.address === robotA.address ? less : one));
const exception = (field: string, value: DriftException['value']): DriftException =>
  Shape.parse({
    ...{ gateway: 'cell-7', address: robotA.address, field, user: 'anna', reason: 'trial of the vendor' },
    ...{ ...(value === undefined ? {} : { value }), atMs: 1_000, untilMs: 2_000 },
  });
const memory = exception('memoryMiB', 128);
const plannedWith = (exceptions: readonly DriftException[]) => {
  const design = leaveExcepted(designOf(SAMPLE), observedOf(there), exceptions);
  return planFor(there, Object.values<Resource>(design.resources));
};

describe('an exception from a drawing', () => {
  it('keeps a plan from changing the field back, and only that field', () => {
    const fields = plannedWith([memory]).steps.flatMap(({ changes }) => changes.map(({ field }) => field));
    assert.deepEqual(fields, ['vcpus']);
    assert.deepEqual(ids(plannedWith([memory, exception('vcpus', 4)])), []);
  });

  it('takes the field out of the drift, and the rest stays', () => {
    const drift = planFor(there, SAMPLE).steps;
    assert.deepEqual(
      driftedFields(drift).map(({ field, is }) => [field, is]),
      [
        ['memoryMiB', 128],
        ['vcpus', 4],
      ],
    );
    assert.deepEqual(
      driftedFields(withoutExcepted(drift, [memory])).map(({ field }) => field),
      ['vcpus'],
    );
    assert.deepEqual(withoutExcepted(drift, [memory, exception('vcpus', 4)]), []);
  });

  it('is without effect once the field is something else again', () => {
    assert.equal(plannedWith([exception('memoryMiB', 256)]).steps[0]?.changes.length, 2);
    assert.equal(withoutExcepted(planFor(there, SAMPLE).steps, [exception('memoryMiB', 256)])[0]?.changes.length, 2);
  });

  it('gives the very same design back where nothing is excepted', () => {
    const design = designOf(SAMPLE);
    assert.equal(leaveExcepted(design, observedOf(SAMPLE), [memory]), design);
    assert.equal(leaveExcepted(design, observedOf([]), [memory]), design);
  });

  it('cannot let stand what no design could ask for', () => {
    const broken = structuredClone(observedOf(there));
    const found = broken.resources[robotA.address];
    assert.ok(found !== undefined);
    Object.assign(found.spec, { memoryMiB: -1 });
    assert.equal(canStand(designOf(SAMPLE), broken, exception('memoryMiB', -1)), false);
    assert.equal(canStand(designOf(SAMPLE), observedOf(there), memory), true);
  });

  it('ends when its time has come', () => {
    assert.equal(isLive(memory, 1_999), true);
    assert.equal(isLive(memory, 2_000), false);
  });

  it('says of drift in words what is and what was applied, and of a thing that is gone that it is', () => {
    const [first] = driftedFields(planFor(there, SAMPLE).steps);
    assert.deepEqual(first?.words, { field: 'memory MiB', is: '128', applied: String(robotA.spec.memoryMiB) });
    const gone = driftedFields(planFor([], [SAMPLE[0] as Resource]).steps);
    assert.deepEqual(
      gone.map(({ whole, field }) => [whole, field]),
      [['gone', '']],
    );
  });
});
