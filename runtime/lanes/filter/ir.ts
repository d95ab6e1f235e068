// What a filter is, below any protocol: ordered rules over the bytes of one frame. Plain JSON, bounded, and strict, so that a
// program may come from anywhere and still be made into code. Knows no protocol; protocols lower their own words to this.
import { z } from 'zod';
import { Name } from '../../model/address.ts';

/** Most rules of a program. */
export const MOST_RULES = 1024;
/** Most tests, terms, ranges and bytes of a whole program: what is made of it stays small too. */
export const MOST_CELLS = 65_536;
/** Behind the last byte that a test may look at. A slot has fewer, so nothing is out of reach. */
export const REACH = 2048;

const U8 = z.number().int().min(0).max(0xff);
const U32 = z.number().int().min(0).max(0xffff_ffff);
const Offset = z
  .number()
  .int()
  .min(0)
  .max(REACH - 1);
/** For people only; never part of generated code. */
const Words = z
  .string()
  .max(120)
  .regex(/^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]*$/u, 'words are on one line, without control characters');

/** A number in the frame: `(bytes & mask) >>> shift`, unsigned. Beyond the frame's end there is none: the test fails. */
export const Load = z
  .strictObject({
    offset: Offset,
    /** Bytes. */
    width: z.union([z.literal(1), z.literal(2), z.literal(4)]),
    /** Of one byte it says nothing; then it is `big`. */
    endian: z.enum(['big', 'little']),
    mask: U32.min(1),
    shift: z.number().int().min(0).max(31),
  })
  .refine(load => load.mask < 2 ** (8 * load.width), 'the mask is wider than what is loaded')
  .refine(load => load.width !== 1 || load.endian === 'big', 'one byte has no order; write big');
export type Load = z.infer<typeof Load>;

export const Term = z.strictObject({
  /** `length`: bytes of the frame. */
  of: z.union([z.literal('length'), Load]),
  times: z.number().int().min(-0x1_0000).max(0x1_0000),
});
export type Term = z.infer<typeof Term>;

/** `Σ times · term + constant`; exact, never wraps: at most 51 bits. */
export const Expression = z.strictObject({
  terms: z.array(Term).min(1).max(4),
  constant: z.number().int().min(-0x8000_0000).max(0x7fff_ffff),
});
export type Expression = z.infer<typeof Expression>;

/** Both ends included. */
export const Range = z.tuple([U32, U32]).refine(([least, most]) => least <= most, 'the range runs backwards');
export type Range = z.infer<typeof Range>;
const Ranges = z.array(Range).min(1).max(64);

/** What permits asks for `all`, what forbids for `any`: so a request that is half inside passes neither. Of none, all are. */
const Which = z.enum(['all', 'any']);
/** For one value both are the same expression. */
const Ends = {
  says: Words,
  /** People write such numbers in hex: for words only. */
  hex: z.literal(true).optional(),
  first: Expression,
  last: Expression,
  ranges: Ranges,
};

export const Test = z.discriminatedUnion('kind', [
  /** `first` and `last` lie in the same one of the ranges. */
  z.strictObject({ kind: z.literal('inside'), ...Ends }),
  /** What goes from `first` to `last` has a number with one of the ranges in common; nothing when it runs backwards. */
  z.strictObject({ kind: z.literal('meets'), ...Ends }),
  /** `which` of `count` 16-bit numbers in a row lie in one of the ranges. */
  z.strictObject({
    kind: z.literal('words'),
    says: Words,
    which: Which,
    offset: Offset,
    endian: z.enum(['big', 'little']),
    count: Load,
    ranges: Ranges,
  }),
  /** `which` of `count` bits in a row are `value`; the first is the lowest of its byte. */
  z.strictObject({
    kind: z.literal('bits'),
    says: Words,
    which: Which,
    offset: Offset,
    count: Load,
    value: z.union([z.literal(0), z.literal(1)]),
  }),
  /** Bytes in a row are `value` where `mask` has ones. */
  z
    .strictObject({
      kind: z.literal('bytes'),
      says: Words,
      offset: Offset,
      mask: z.array(U8).min(1).max(64),
      value: z.array(U8).min(1).max(64),
    })
    .refine(test => test.mask.length === test.value.length, 'as many bytes of the value as of the mask')
    .refine(test => test.value.every((byte, at) => (byte & ~(test.mask[at] ?? 0)) === 0), 'the value leaves the mask'),
]);
export type Test = z.infer<typeof Test>;

/**
 * Fits when all its tests do; without tests always. The first test tells which frames it is about at all: explanations pass
 * over the alternatives where that one fails.
 */
export const Alternative = z.strictObject({ says: Words, tests: z.array(Test).max(24) });
export type Alternative = z.infer<typeof Alternative>;

/** `reject`: dropped, and the protocol answers with the byte, such as a Modbus exception code. */
export const Denial = z.discriminatedUnion('action', [
  z.strictObject({ action: z.literal('drop') }),
  z.strictObject({ action: z.literal('reject'), answer: U8 }),
]);
export type Denial = z.infer<typeof Denial>;
export const Verdict = z.discriminatedUnion('action', [
  z.strictObject({ action: z.literal('accept') }),
  ...Denial.options,
]);
export type Verdict = z.infer<typeof Verdict>;

/**
 * A token bucket: `frames` in `perMs` milliseconds, `burst` in one go. A frame above it does not match the rule and goes on
 * to the next one.
 */
export const Rate = z.strictObject({
  frames: z.number().int().min(1).max(1_000_000),
  perMs: z.number().int().min(1).max(86_400_000),
  burst: z.number().int().min(1).max(1_000_000),
});
export type Rate = z.infer<typeof Rate>;

export const FilterRule = z.strictObject({
  /** Unique within its program; names the counter and the last hit. */
  id: Name,
  /** The rule fits when one of them does. Tests that belong together stand in one. */
  alternatives: z.array(Alternative).min(1).max(16),
  verdict: Verdict,
  /** Absent = unlimited. */
  rate: Rate.optional(),
  /** What it decides is logged. */
  log: z.boolean(),
});
export type FilterRule = z.infer<typeof FilterRule>;

/** Rules are tried in order, the first that fits decides; nothing fits = `otherwise`, which never accepts. */
export const FilterProgram = z
  .strictObject({
    rules: z.array(FilterRule).max(MOST_RULES),
    otherwise: z.strictObject({ verdict: Denial, log: z.boolean() }),
  })
  .refine(program => new Set(program.rules.map(rule => rule.id)).size === program.rules.length, 'a rule is there twice')
  .refine(
    program => cells(program) <= MOST_CELLS,
    `a program has at most ${MOST_CELLS} tests, terms, ranges and bytes`,
  );
export type FilterProgram = z.infer<typeof FilterProgram>;

function cells(program: { readonly rules: readonly FilterRule[] }): number {
  const tests = program.rules.flatMap(rule => rule.alternatives.flatMap(alternative => alternative.tests));
  return tests.reduce((sum, test) => sum + 1 + sizeOf(test), 0);
}

function sizeOf(test: Test): number {
  if (test.kind === 'inside' || test.kind === 'meets')
    return test.first.terms.length + test.last.terms.length + test.ranges.length;
  if (test.kind === 'words') return test.ranges.length;
  return test.kind === 'bytes' ? test.mask.length : 0;
}
