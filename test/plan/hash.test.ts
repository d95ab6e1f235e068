import assert from 'node:assert/strict';
import { factsOf } from '../../runtime/drivers/memory/facts.ts';
import { KINDS } from '../../runtime/model/address.ts';
import { observedHash } from '../../runtime/plan/hash.ts';
import { plan } from '../../runtime/plan/plan.ts';
import { designOf, observedOf, robotA, SAMPLE, withSpec } from '../contract/samples.ts';
import { planFor } from './planning.ts';

const observed = observedOf(SAMPLE.slice(0, 3));

/** The same JSON with the keys of every object the other way round. */
function reversed<T>(value: T): T {
  if (Array.isArray(value)) return value.map(reversed) as T;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .map(([key, item]) => [key, reversed(item)] as const)
      .reverse(),
  ) as T;
}

describe('the hash of a plan', () => {
  it('does not depend on the order of keys anywhere', () => {
    const facts = KINDS.map(kind => factsOf(kind));
    const input = { design: designOf(SAMPLE), observed, facts, label: 'simulated' } as const;
    assert.deepEqual(plan(input).plan.hash, plan(reversed(input)).plan.hash);
    assert.deepEqual(plan(input).plan, plan({ ...reversed(input), facts: facts.toReversed() }).plan);
  });

  it('changes with any field of any step', () => {
    const hashes = [256, 257].map(
      memoryMiB => planFor(SAMPLE, [...SAMPLE.slice(0, -1), withSpec(robotA, { memoryMiB })]).hash,
    );
    assert.notEqual(hashes[0], hashes[1]);
  });

  it('binds a plan to specs and generation of the observation, not to time or status', () => {
    const later = { ...observed, atMs: 99 };
    const busy = Object.values(observed.resources).map(found => ({ ...found, status: { packets: 7 } }));
    const counted = { ...observed, resources: Object.fromEntries(busy.map(found => [found.address, found])) };
    assert.equal(observedHash(later), observedHash(observed));
    assert.equal(observedHash(counted), observedHash(observed));
    assert.notEqual(observedHash({ ...observed, generation: 2 }), observedHash(observed));
    assert.notEqual(observedHash(observedOf(SAMPLE)), observedHash(observed));
  });
});
