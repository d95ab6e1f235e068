import assert from 'node:assert/strict';
import fc from 'fast-check';
import { ruleOf } from '../../../runtime/lanes/filter/decision.ts';
import { interpret } from '../../../runtime/lanes/filter/interpreter.ts';
import type { FilterProgram, FilterRule, Rate } from '../../../runtime/lanes/filter/ir.ts';
import { carryState, figuresOf, freshState, stateBytes } from '../../../runtime/lanes/filter/state.ts';

const NOW = 1.7e12;
const FRAME = Uint8Array.of(1);

function rule(id: string, rate?: Rate): FilterRule {
  const all = { id, alternatives: [{ says: '', tests: [] }], verdict: { action: 'accept' as const }, log: false };
  return rate === undefined ? all : { ...all, rate };
}

function program(...rules: FilterRule[]): FilterProgram {
  return { rules, otherwise: { verdict: { action: 'drop' }, log: false } };
}

describe('what a filter remembers', () => {
  it('counts what each rule decides and when it did last', () => {
    const filter = program(rule('limited', { frames: 1, perMs: 1000, burst: 2 }));
    const state = freshState(filter, new SharedArrayBuffer(stateBytes(filter)));
    for (const at of [NOW, NOW + 1, NOW + 2, NOW + 1001]) interpret(filter, FRAME, at, state);
    assert.deepEqual(figuresOf(filter, state), [
      { id: 'limited', hits: 3, lastHit: NOW + 1001, over: 1 },
      { id: 'otherwise', hits: 1, lastHit: NOW + 2, over: 0 },
    ]);
  });

  it('hands a frame above the rate of a rule on to the next rule', () => {
    const filter = program(rule('first', { frames: 10, perMs: 1000, burst: 1 }), rule('second'));
    const state = freshState(filter);
    assert.deepEqual(
      [0, 0, 50, 100, 100].map(after => ruleOf(interpret(filter, FRAME, NOW + after, state))),
      [0, 1, 1, 0, 1],
    );
  });

  it('never lets more through than the burst and the rate, however the clock jumps', () => {
    const rates = fc.record({
      frames: fc.integer({ min: 1, max: 50 }),
      perMs: fc.integer({ min: 1, max: 2000 }),
      burst: fc.integer({ min: 1, max: 20 }),
    });
    fc.assert(
      fc.property(rates, fc.array(fc.integer({ min: -3000, max: 3000 }), { maxLength: 200 }), (rate, jumps) => {
        const filter = program(rule('limited', rate));
        const state = freshState(filter);
        let [now, forward, passed] = [NOW, 0, 0];
        for (const jump of jumps) {
          now += jump;
          forward += Math.max(0, jump);
          if (ruleOf(interpret(filter, FRAME, now, state)) === 0) passed += 1;
        }
        assert.ok(passed <= rate.burst + (forward * rate.frames) / rate.perMs + 1e-6);
      }),
    );
  });

  it('goes over to the next program by the names of its rules, and no limit opens anew', () => {
    const slow = { frames: 1, perMs: 86_400_000, burst: 1 };
    const before = program(rule('slow', slow), rule('fast', slow), rule('gone'));
    const old = freshState(before);
    for (let frame = 0; frame < 3; frame += 1) interpret(before, FRAME, NOW, old);
    const after = program(rule('new'), rule('fast', { ...slow, burst: 2 }), rule('slow', slow));
    const state = carryState(before, old, after);
    assert.deepEqual(
      figuresOf(after, state).map(({ id, hits, over }) => [id, hits, over]),
      [
        ['new', 0, 0],
        ['fast', 1, 1],
        ['slow', 1, 2],
        ['otherwise', 0, 0],
      ],
    );
    const limited = program(...after.rules.slice(1));
    const carried = carryState(after, state, limited);
    const deciding = () => ruleOf(interpret(limited, FRAME, NOW + 1, carried));
    assert.deepEqual([deciding(), deciding(), deciding()], [0, 0, -1], 'two of the changed limit, none of the old one');
  });
});
