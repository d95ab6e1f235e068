import assert from 'node:assert/strict';
import { decisionAt, isAccepted, isLogged, ruleOf, verdictOf } from '../../../runtime/lanes/filter/decision.ts';
import { filterSource, generateFilter } from '../../../runtime/lanes/filter/generate.ts';
import { interpret } from '../../../runtime/lanes/filter/interpreter.ts';
import type { FilterProgram, FilterRule } from '../../../runtime/lanes/filter/ir.ts';
import { freshState } from '../../../runtime/lanes/filter/state.ts';

const LOAD = { offset: 0, width: 1, endian: 'big', mask: 0xff, shift: 0 } as const;
const VALUE = { terms: [{ of: LOAD, times: 1 }], constant: 0 };

function rule(first: number, rest: Partial<FilterRule> = {}): FilterRule {
  const test = { kind: 'inside', says: '', first: VALUE, last: VALUE, ranges: [[first, first]] } as const;
  const tests = [{ ...test, ranges: test.ranges.map(([least, most]): [number, number] => [least, most]) }];
  return {
    id: `rule-${first}`,
    alternatives: [{ says: '', tests }],
    verdict: { action: 'accept' },
    log: false,
    ...rest,
  };
}

function program(...rules: FilterRule[]): FilterProgram {
  return { rules, otherwise: { verdict: { action: 'drop' }, log: true } };
}

describe('the generated code of a filter', () => {
  it('decides a burst frame by frame and tells how many are accepted', () => {
    const filter = program(rule(1), rule(2, { verdict: { action: 'reject', answer: 0x83 }, log: true }));
    const state = freshState(filter);
    const decisions = new Int32Array(4);
    const accepted = generateFilter(filter).burst(
      Uint8Array.of(1, 2, 3, 1),
      [0, 1, 2, 3],
      [1, 1, 1, 0],
      4,
      5000,
      state,
      decisions,
    );
    assert.equal(accepted, 1);
    assert.deepEqual(
      [...decisions],
      [0, 1, 2, 2].map(place => decisionAt(filter, place)),
    );
    assert.deepEqual([...decisions].map(isAccepted), [true, false, false, false]);
    assert.deepEqual([...decisions].map(isLogged), [false, true, true, true]);
    assert.deepEqual([...decisions].map(ruleOf), [0, 1, -1, -1]);
    assert.deepEqual(verdictOf(decisions[1] ?? 0), { action: 'reject', answer: 0x83 });
  });

  it('is right for as many rules as a program may have', () => {
    const wide = (value: number): FilterRule => {
      const load = { ...LOAD, width: 2, mask: 0xffff } as const;
      const expression = { terms: [{ of: load, times: 1 }], constant: 0 };
      const tests: FilterRule['alternatives'][number]['tests'] = [
        { kind: 'inside', says: '', first: expression, last: expression, ranges: [[value, value]] },
      ];
      return { ...rule(0), id: `rule-${value}`, alternatives: [{ says: '', tests }] };
    };
    const filter = program(...Array.from({ length: 1024 }, (_, index) => wide(index * 3)));
    const { decide } = generateFilter(filter);
    const [mine, theirs] = [freshState(filter), freshState(filter)];
    for (let value = 0; value < 3100; value += 1) {
      const frame = Uint8Array.of(value >> 8, value & 255);
      assert.equal(decide(frame, 0, 2, 1, mine), interpret(filter, frame, 1, theirs));
    }
    assert.deepEqual(mine, theirs);
  });

  it('takes nothing but whole numbers out of a program', () => {
    const evil = '0) || process.exit(3) || (0' as unknown as number;
    const places: FilterProgram[] = [
      program({ ...rule(1), rate: { frames: evil, perMs: 1, burst: 1 } }),
      program(rule(1, { verdict: { action: 'accept' } }), rule(evil)),
      program({
        ...rule(1),
        alternatives: [{ says: '', tests: [{ kind: 'bytes', says: '', offset: evil, mask: [1], value: [1] }] }],
      }),
      program({
        ...rule(1),
        alternatives: [{ says: '', tests: [{ kind: 'bytes', says: '', offset: 0, mask: [1], value: [evil] }] }],
      }),
    ];
    for (const each of places) assert.throws(() => filterSource(each, 'decide'), TypeError);
    const named = {
      ...rule(1),
      id: 'x`; process.exit(3); `',
      alternatives: [{ ...rule(1).alternatives[0], says: '*/' }],
    };
    const source = filterSource(program(named as FilterRule), 'decide');
    assert.doesNotMatch(source, /process|\*\//);
    for (const name of ['', 'a b', 'a;b', '1a', 'a`'])
      assert.throws(() => filterSource(program(rule(1)), name), { name: 'TypeError', message: /identifier/ });
  });
});
