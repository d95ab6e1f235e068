import assert from 'node:assert/strict';
import {
  type Alternative,
  FilterProgram,
  MOST_CELLS,
  MOST_RULES,
  type Test,
} from '../../../runtime/lanes/filter/ir.ts';

const LOAD = { offset: 7, width: 1, endian: 'big', mask: 0xff, shift: 0 } as const;
const VALUE = { terms: [{ of: LOAD, times: 1 }], constant: 0 };
const INSIDE = { kind: 'inside', says: 'the function is 3', first: VALUE, last: VALUE, ranges: [[3, 3]] } as const;

function program(tests: readonly unknown[], rest: object = {}, count = 1) {
  const rules = Array.from({ length: count }, (_, place) => ({
    id: `rule-${place}`,
    alternatives: [{ says: '', tests }],
    verdict: { action: 'accept' },
    log: false,
    ...rest,
  }));
  return { rules, otherwise: { verdict: { action: 'drop' }, log: true } };
}

const taken = (value: unknown) => FilterProgram.safeParse(value).success;

describe('a filter program', () => {
  it('is plain JSON that is read back as it was written', () => {
    const written = program([INSIDE]);
    assert.deepEqual(FilterProgram.parse(JSON.parse(JSON.stringify(written))), written);
  });

  it('never accepts what no rule decides', () => {
    const open = { ...program([INSIDE]), otherwise: { verdict: { action: 'accept' }, log: false } };
    assert.equal(taken(open), false);
    const rejecting = { ...program([INSIDE]), otherwise: { verdict: { action: 'reject', answer: 1 }, log: false } };
    assert.equal(taken(rejecting), true);
  });

  const wrong: Record<string, unknown> = {
    'a field it does not know': program([{ ...INSIDE, code: 'process.exit()' }]),
    'a text where a number belongs': program([{ ...INSIDE, ranges: [['3', 3]] }]),
    'a range that runs backwards': program([{ ...INSIDE, ranges: [[4, 3]] }]),
    'a range below nothing': program([{ ...INSIDE, ranges: [[-1, 3]] }]),
    'no range': program([{ ...INSIDE, ranges: [] }]),
    'a load of three bytes': program([
      { ...INSIDE, first: { ...VALUE, terms: [{ of: { ...LOAD, width: 3 }, times: 1 }] } },
    ]),
    'a mask wider than its load': program([
      { ...INSIDE, first: { ...VALUE, terms: [{ of: { ...LOAD, mask: 0x100 }, times: 1 }] } },
    ]),
    'half a byte': program([{ kind: 'bytes', says: '', offset: 1.5, mask: [1], value: [1] }]),
    'more of the value than of the mask': program([{ kind: 'bytes', says: '', offset: 0, mask: [255], value: [1, 2] }]),
    'a value that leaves its mask': program([{ kind: 'bytes', says: '', offset: 0, mask: [0xf0], value: [0x1f] }]),
    'a look far behind any frame': program([{ kind: 'bytes', says: '', offset: 2048, mask: [1], value: [1] }]),
    'words on two lines': program([{ ...INSIDE, says: 'one\ntwo' }]),
    'a rate of nothing': program([INSIDE], { rate: { frames: 0, perMs: 1000, burst: 1 } }),
    'an answer of two bytes': program([INSIDE], { verdict: { action: 'reject', answer: 256 } }),
    'two rules of one name': { ...program([INSIDE]), rules: [...program([INSIDE]).rules, ...program([INSIDE]).rules] },
    'a rule too many': program([INSIDE], {}, MOST_RULES + 1),
  };
  for (const [what, value] of Object.entries(wrong))
    it(`is refused with ${what}`, () => assert.equal(taken(value), false));

  it('is refused when it is larger than what may be made of it', () => {
    const test = {
      kind: 'bytes',
      says: '',
      offset: 0,
      mask: Array(64).fill(1),
      value: Array(64).fill(1),
    } satisfies Test;
    const alternative: Alternative = { says: '', tests: Array(20).fill(test) };
    const size = 65 * 20;
    const most = Math.floor(MOST_CELLS / size);
    assert.equal(taken(program([], { alternatives: [alternative] }, most)), true);
    assert.equal(taken(program([], { alternatives: [alternative] }, most + 1)), false);
  });
});
