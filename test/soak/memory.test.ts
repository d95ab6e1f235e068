import assert from 'node:assert/strict';
import { collector, type Reading, readMemory, rise, secondHalf } from './memory.ts';

const readings = (of: (minutes: number) => number): readonly Reading[] =>
  Array.from({ length: 41 }, (_, minutes) => ({ minutes, rssMiB: of(minutes), heapMiB: 1 }));

describe('the memory of a soak', () => {
  it('rises as the line through its readings does, however they jump', () => {
    assert.equal(
      rise(
        readings(() => 400),
        ({ rssMiB }) => rssMiB,
      ),
      0,
    );
    const jumping = readings(minutes => 400 + 2 * minutes + (minutes % 2 === 0 ? 5 : -5));
    assert.ok(Math.abs(rise(jumping, ({ rssMiB }) => rssMiB) - 80) < 1);
    assert.throws(() => rise([], ({ rssMiB }) => rssMiB), /0 readings make no line/);
  });

  it('counts in the second half only', () => {
    const warmingUp = secondHalf(readings(minutes => Math.min(minutes, 20)));
    assert.deepEqual([warmingUp[0]?.minutes, warmingUp.length], [20, 21]);
    assert.equal(
      rise(warmingUp, ({ rssMiB }) => rssMiB),
      0,
    );
  });

  it('reads what is left after a collection', () => {
    const collect = collector();
    let kept: number[][] | undefined = Array.from({ length: 100 }, () => new Array(10_000).fill(1.5));
    collect();
    const before = readMemory(performance.now());
    assert.equal(kept.length, 100);
    kept = undefined;
    collect();
    const dropped = before.heapMiB - readMemory(performance.now()).heapMiB;
    assert.ok(dropped > 5, `${dropped} MiB were given back`);
  });
});
