import assert from 'node:assert/strict';
import fc from 'fast-check';
import { explain, explanationLines } from '../../../runtime/lanes/filter/explain.ts';
import { interpret } from '../../../runtime/lanes/filter/interpreter.ts';
import type { FilterProgram, FilterRule, Test } from '../../../runtime/lanes/filter/ir.ts';
import { freshState } from '../../../runtime/lanes/filter/state.ts';
import { byteAt, isIn, isOneOf, sum, wordAt } from '../../../runtime/lanes/filter/terms.ts';
import { Dice } from './dice.ts';
import { programs, putFrame } from './programs.ts';

function rule(id: string, ...ways: readonly (readonly Test[])[]): FilterRule {
  const alternatives = ways.map((tests, index) => ({ says: `way ${index + 1}`, tests: [...tests] }));
  return { id, alternatives, verdict: { action: 'accept' }, log: false };
}

function program(...rules: FilterRule[]): FilterProgram {
  return { rules, otherwise: { verdict: { action: 'reject', answer: 7 }, log: false } };
}

/** What a rule with one test says about a frame that fails it. */
function told(test: Test, ...frame: readonly number[]): string | undefined {
  return explain(program(rule('only', [test])), Uint8Array.from(frame)).passed[0]?.ways[0]?.failed.join();
}

describe('the explanation of a filter', () => {
  it('tells what each test wanted and what it found', () => {
    const not = 'it is not true that';
    assert.equal(told(isOneOf('the unit is 1', byteAt(1), 1), 0, 4), `${not} the unit is 1: it is 4`);
    assert.equal(told(isOneOf('the unit is 1', byteAt(1), 1), 0), `${not} the unit is 1: the frame ends before`);
    const row = { says: 'the row lies in 5 to 9', first: sum(0, byteAt(0)), last: sum(-1, byteAt(0), byteAt(1)) };
    assert.equal(
      told({ kind: 'inside', ...row, ranges: [[5, 9]] }, 3, 4),
      `${not} the row lies in 5 to 9: it is 3 to 6`,
    );
    assert.equal(told({ kind: 'meets', ...row, ranges: [[5, 9]] }, 3, 1), `${not} the row lies in 5 to 9: it is 3`);
    const long = isOneOf('the length fits', sum(0, 'length', [-1, byteAt(0)]), 0);
    assert.equal(told(long, 3), `${not} the length fits`, 'a difference is nothing to show');
    const words = {
      kind: 'words',
      says: 'they are small',
      offset: 1,
      endian: 'big',
      count: byteAt(0),
      ranges: [[0, 9]],
    } as const;
    const row16 = (which: 'all' | 'any'): Test => ({ ...words, which, ranges: [[0, 9]] });
    assert.equal(told(row16('all'), 2, 0, 1, 1, 0), `${not} they are small: number 2 of 2 is 256`);
    assert.equal(told(row16('any'), 1, 1, 0), `${not} they are small: none of 1 is`);
    assert.equal(told(row16('any'), 0), `${not} they are small: there is none`);
    const bits: Test = { kind: 'bits', says: 'they are off', which: 'all', offset: 1, count: byteAt(0), value: 0 };
    assert.equal(told(bits, 5, 0b1000), `${not} they are off: number 4 of 5 is 1`);
    const bytes: Test = { kind: 'bytes', says: 'the data fit', offset: 1, mask: [255, 15], value: [1, 2] };
    assert.equal(told(bytes, 0, 1, 0x2f), `${not} the data fit: byte 1 of them is 2f`);
    assert.equal(told(bytes, 0, 1), `${not} the data fit: the frame ends before`);
  });

  it('keeps to the ways that are about such a frame', () => {
    const about = (code: number) => isOneOf(`the function is ${code}`, byteAt(0), code);
    const small = isIn('the value is small', wordAt(1), [[0, 9]]);
    const filter = program(rule('two', [about(3), small], [about(6), small]));
    assert.deepEqual(explanationLines(explain(filter, Uint8Array.of(6, 1, 0))), [
      'denied and answered with 7: no rule fits',
      'rule 1, two, did not decide: it is not true that the value is small: it is 256',
    ]);
    assert.deepEqual(explanationLines(explain(filter, Uint8Array.of(4, 1, 0))).slice(1), [
      'rule 1, two, did not decide: it is not true that the function is 3: it is 4; or it is not true that the function is 6: it is 4',
    ]);
  });

  it('tells the rule that decided, and which was passed over for its rate', () => {
    const limited: FilterRule = { ...rule('limited', []), rate: { frames: 1, perMs: 1000, burst: 1 } };
    const filter = program(limited, rule('all', []));
    const state = freshState(filter);
    const frame = Uint8Array.of(1);
    interpret(filter, frame, 5000, state);
    const before = state.slice();
    assert.deepEqual(explanationLines(explain(filter, frame, { state, now: 5500 })), [
      'accepted by rule 2, all',
      'rule 1, limited, did not decide: it fits, but the frame is above its rate',
    ]);
    assert.deepEqual(explanationLines(explain(filter, frame, { state, now: 6000 })), ['accepted by rule 1, limited']);
    assert.deepEqual(state, before, 'it takes no token');
  });

  it('decides as the filter does, and leaves no rule before that one unexplained', () => {
    const memory = new Uint8Array(2500);
    fc.assert(
      fc.property(programs, fc.integer(), (filter, seed) => {
        const dice = new Dice(seed);
        const state = freshState(filter);
        for (let index = 0; index < 100; index += 1) {
          const { start, length } = putFrame(filter, memory, dice);
          const frame = memory.subarray(start, start + length);
          const { decision, rule, passed } = explain(filter, frame, { state, now: index });
          assert.equal(interpret(filter, frame, index, state), decision);
          const end = rule === undefined ? filter.rules.length : filter.rules.findIndex(({ id }) => id === rule);
          assert.deepEqual(
            passed.map(miss => miss.rule),
            filter.rules.slice(0, end).map(({ id }) => id),
          );
          for (const { why, ways } of passed)
            assert.ok(why === 'rate' || (ways.length > 0 && ways.every(({ failed }) => failed.length > 0)));
        }
      }),
      { numRuns: 200 },
    );
  });
});
