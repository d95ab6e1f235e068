// Random filter programs, and frames made to fit them now and then: random bytes alone would hardly ever.
import fc from 'fast-check';
import type {
  Alternative,
  Expression,
  FilterProgram,
  FilterRule,
  Load,
  Range,
  Test,
} from '../../../runtime/lanes/filter/ir.ts';
import type { Dice } from './dice.ts';

const U32 = 0xffff_ffff;
/** Near the beginning, where frames of a few bytes end, and now and then far out. */
const offset = fc.oneof({ weight: 12, arbitrary: fc.nat({ max: 24 }) }, fc.nat({ max: 2047 }));
const endian = fc.constantFrom<('big' | 'little')[]>('big', 'little');

const load: fc.Arbitrary<Load> = fc
  .record({
    offset,
    width: fc.constantFrom<(1 | 2 | 4)[]>(1, 1, 2, 2, 4),
    endian,
    mask: mask(),
    shift: fc.nat({ max: 31 }),
  })
  .map(({ width, mask, ...rest }) => {
    const whole = 2 ** (8 * width) - 1;
    const bits = (mask & whole) >>> 0;
    const shift = bits === whole ? 0 : rest.shift % (8 * width);
    return { ...rest, width, endian: width === 1 ? 'big' : rest.endian, mask: bits === 0 ? whole : bits, shift };
  });

function mask(): fc.Arbitrary<number> {
  return fc.oneof({ weight: 3, arbitrary: fc.constant(U32) }, fc.integer({ min: 1, max: U32 }));
}

const term = fc.record({
  of: fc.oneof({ weight: 4, arbitrary: load }, fc.constant('length' as const)),
  times: fc.oneof({ weight: 5, arbitrary: fc.constantFrom(1, -1, 2, 8) }, fc.integer({ min: -65_536, max: 65_536 })),
});
const expression: fc.Arbitrary<Expression> = fc.oneof(
  { weight: 3, arbitrary: load.map(of => ({ terms: [{ of, times: 1 }], constant: 0 })) },
  { weight: 1, arbitrary: fc.constant<Expression>({ terms: [{ of: 'length', times: 1 }], constant: 0 }) },
  {
    weight: 2,
    arbitrary: fc.record({
      terms: fc.array(term, { minLength: 1, maxLength: 4 }),
      constant: fc.oneof(fc.constantFrom(0, -1, 1), fc.integer({ min: -0x8000_0000, max: 0x7fff_ffff })),
    }),
  },
);

const edge = fc.oneof(fc.nat({ max: 40 }), fc.nat({ max: 0xffff }), fc.integer({ min: 0, max: U32 }), fc.constant(U32));
const range: fc.Arbitrary<Range> = fc.tuple(edge, edge).map(([a, b]) => [Math.min(a, b), Math.max(a, b)]);
const ranges = fc.array(range, { minLength: 1, maxLength: 4 });
const says = fc.constant('');
const which = fc.constantFrom<('all' | 'any')[]>('all', 'any');

const ends: fc.Arbitrary<Test> = fc
  .record({
    kind: fc.constantFrom<('inside' | 'meets')[]>('inside', 'inside', 'meets'),
    first: expression,
    last: fc.option(expression),
    ranges,
  })
  .map(({ kind, first, last, ranges }) => ({ kind, says: '', first, last: last ?? first, ranges }));
const test: fc.Arbitrary<Test> = fc.oneof(
  { weight: 5, arbitrary: ends },
  fc.record({ kind: fc.constant('words' as const), says, which, offset, endian, count: load, ranges }),
  fc.record({
    kind: fc.constant('bits' as const),
    says,
    which,
    offset,
    count: load,
    value: fc.constantFrom<(0 | 1)[]>(0, 1),
  }),
  fc
    .array(fc.tuple(fc.constantFrom(0, 1, 0xf0, 0xff), fc.nat({ max: 255 })), { minLength: 1, maxLength: 5 })
    .chain(pairs => offset.map(at => ({ pairs, at })))
    .map(({ pairs, at }) => ({
      kind: 'bytes' as const,
      says: '',
      offset: at,
      mask: pairs.map(([bits]) => bits),
      value: pairs.map(([bits, value]) => value & bits),
    })),
);

const rate = fc.record({
  frames: fc.constantFrom(1, 3, 1000, 1_000_000),
  perMs: fc.constantFrom(1, 7, 1000, 86_400_000),
  burst: fc.constantFrom(1, 2, 50, 1_000_000),
});
const denial = fc.oneof(
  fc.constant({ action: 'drop' as const }),
  fc.record({ action: fc.constant('reject' as const), answer: fc.nat({ max: 255 }) }),
);
const verdict = fc.oneof(fc.constant({ action: 'accept' as const }), denial);

/** Tests are drawn from a few, so that rules ask the same; some are asked by all. */
export const programs: fc.Arbitrary<FilterProgram> = fc
  .record({ few: fc.array(test, { minLength: 1, maxLength: 6 }), everywhere: fc.array(ends, { maxLength: 1 }) })
  .chain(({ few, everywhere }) => {
    const tests = fc.array(fc.oneof(fc.constantFrom(...few), fc.constantFrom(...few), test), { maxLength: 4 });
    const alternative = tests.map((own): Alternative => ({ says: '', tests: [...everywhere, ...own] }));
    const rule = fc.record({
      alternatives: fc.array(alternative, { minLength: 1, maxLength: 3 }),
      verdict,
      rate: fc.option(rate, { freq: 3 }),
      log: fc.boolean(),
    });
    return fc.record({
      rules: fc.array(rule, { maxLength: 10 }).map(rules => rules.map(named)),
      otherwise: fc.record({ verdict: denial, log: fc.boolean() }),
    });
  });

function named(
  { rate, ...rule }: Omit<FilterRule, 'id' | 'rate'> & { rate: FilterRule['rate'] | null },
  place: number,
) {
  return { id: `rule-${place}`, ...rule, ...(rate === null || rate === undefined ? {} : { rate }) };
}

/** A frame in memory of others: what lies around it is anything. */
export interface Shot {
  readonly start: number;
  readonly length: number;
}

/** Puts a frame somewhere: of a length that may cut off what rules ask for, often with what one of them wants to see. */
export function putFrame(program: FilterProgram, bytes: Uint8Array, dice: Dice): Shot {
  const length = dice.chance(0.2) ? dice.below(1985) : dice.below(48);
  const start = dice.below(bytes.length - length);
  const most = dice.pick([2, 256]);
  for (let index = 0; index < Math.min(length, 64); index += 1) bytes[start + index] = dice.below(most);
  const rules = program.rules;
  if (rules.length === 0 || dice.chance(0.2)) return { start, length };
  const alternative = dice.pick(dice.pick(rules).alternatives);
  let wanted = length;
  for (const test of alternative.tests) wanted = suit(test, bytes, start, wanted, dice);
  return { start, length: dice.chance(0.1) ? Math.max(0, wanted - 1) : wanted };
}

/** Makes a test hold, if that is easy and what it needs is in memory. @returns the length the frame should have */
function suit(test: Test, bytes: Uint8Array, start: number, length: number, dice: Dice): number {
  const room = Math.min(1984, bytes.length - start);
  switch (test.kind) {
    case 'inside':
    case 'meets':
      return suitEnds(test, { bytes, start, length, room }, dice);
    case 'words': {
      const count = dice.below(4);
      store(test.count, bytes, start, count);
      for (let index = 0; index < count; index += 1) {
        const least = dice.chance(0.9) ? dice.pick(test.ranges)[0] : dice.below(0x1_0000);
        const load = {
          offset: test.offset + 2 * index,
          width: 2,
          endian: test.endian,
          mask: 0xffff,
          shift: 0,
        } as const;
        store(load, bytes, start, least);
      }
      return Math.max(length, Math.min(room, test.offset + 2 * count, 1984));
    }
    case 'bits': {
      const count = dice.below(20);
      store(test.count, bytes, start, count);
      for (let index = 0; index < 3 && start + test.offset + index < bytes.length; index += 1)
        bytes[start + test.offset + index] = (test.value * 255) ^ (dice.chance(0.1) ? 1 << dice.below(8) : 0);
      return Math.max(length, Math.min(room, test.offset + 3));
    }
    case 'bytes':
      for (const [index, value] of test.value.entries())
        if (start + test.offset + index < bytes.length) bytes[start + test.offset + index] = value;
      return Math.max(length, Math.min(room, test.offset + test.mask.length));
  }
}

interface Spot extends Shot {
  readonly bytes: Uint8Array;
  /** Most bytes a frame may have there. */
  readonly room: number;
}

function suitEnds(test: Extract<Test, { kind: 'inside' | 'meets' }>, spot: Spot, dice: Dice): number {
  const [least, most] = dice.pick(test.ranges);
  const target = dice.chance(0.5) ? least : dice.chance(0.5) ? most : least + dice.below(most - least + 1);
  let { length } = spot;
  for (const { terms } of [test.first, test.last]) {
    const [term] = terms;
    if (terms.length !== 1 || term === undefined) continue;
    if (term.of === 'length') length = Math.min(target, spot.room);
    else {
      store(term.of, spot.bytes, spot.start, target);
      length = Math.max(length, Math.min(spot.room, term.of.offset + term.of.width));
    }
  }
  return length;
}

/** Writes a number where a load reads it, as far as the mask and the memory go. */
function store({ offset, width, endian, mask, shift }: Load, bytes: Uint8Array, start: number, value: number): void {
  if (start + offset + width > bytes.length) return;
  const view = new DataView(bytes.buffer, bytes.byteOffset + start + offset, width);
  const raw = ((value << shift) & mask) >>> 0;
  if (width === 1) view.setUint8(0, raw);
  else if (width === 2) view.setUint16(0, raw, endian === 'little');
  else view.setUint32(0, raw, endian === 'little');
}
