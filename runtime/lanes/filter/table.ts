// A filter as a flat table of 32-bit numbers, for a thread without JavaScript.
//
// Table: MAGIC, ints of the table, rules, decision when nothing fits, shared tests, ints of these, then these, then the rules.
// Shared tests stand for every alternative of every rule: when one of them fails, nothing fits.
// Rule: ints of the rule, decision, rate (frames, ms, burst; all 0 = none), alternatives, then these.
// Alternative: ints of the alternative, tests, then these.
// Test: ints of the test, kind, then
//   inside: first (expression), last (expression), ranges;  meets: likewise
//   words:  offset, 1 = little endian, 1 = any (0 = all), count (load), ranges
//   bits:   offset, value, 1 = any (0 = all), count (load)
//   bytes:  offset, number of bytes, then mask and value of each
// Expression: terms, constant, then for each term: times, load.  Load: width (0 = length of the frame), offset, 1 = little
// endian, mask, shift.  Ranges: number, then least and most of each. Masks, least and most are unsigned.
// Rates are counted in IEEE doubles, in the order of `tokensAt`; a C compiler must not contract them (-ffp-contract=off).
import { type Decision, decisionAt } from './decision.ts';
import type { Expression, FilterProgram, FilterRule, Load, Range, Test } from './ir.ts';
import { sharedTests, without } from './shared-tests.ts';

/** `GWF` and the version of the layout. */
export const MAGIC = 0x47574601;
/** Where in the table what stands, counted from the beginning of each part; and how many numbers parts have. */
export const KIND = { inside: 0, words: 1, bits: 2, bytes: 3, meets: 4 } as const;
export const HEAD = { rules: 2, otherwise: 3, shared: 4, sharedSize: 5, size: 6 } as const;
export const RULE = { decision: 1, rate: 2, alternatives: 5, size: 6 } as const;
export const LOAD_SIZE = 5;
export const TERM_SIZE = 1 + LOAD_SIZE;

/** Writes a program as a table. */
export function tableOf(program: FilterProgram): Int32Array {
  const shared = sharedTests(program.rules.flatMap(({ alternatives }) => alternatives));
  const rules = program.rules.flatMap((rule, place) => ruleCells(rule, decisionAt(program, place), shared));
  const otherwise = decisionAt(program, program.rules.length);
  const tests = shared.flatMap(sizedTest);
  const size = HEAD.size + tests.length + rules.length;
  const head = [MAGIC, size, program.rules.length, otherwise, shared.length, tests.length];
  return Int32Array.from([head, tests, rules].flat());
}

function ruleCells({ rate, alternatives }: FilterRule, decision: Decision, shared: readonly Test[]): number[] {
  const rest = alternatives.flatMap(({ tests }) => alternativeCells(without(tests, shared)));
  const limits = [rate?.frames ?? 0, rate?.perMs ?? 0, rate?.burst ?? 0];
  return [RULE.size + rest.length, decision, ...limits, alternatives.length, ...rest];
}

function alternativeCells(tests: readonly Test[]): number[] {
  const rest = tests.flatMap(sizedTest);
  return [2 + rest.length, tests.length, ...rest];
}

function sizedTest(test: Test): number[] {
  const cells = testCells(test);
  return [2 + cells.length, KIND[test.kind], ...cells];
}

function testCells(test: Test): number[] {
  switch (test.kind) {
    case 'inside':
    case 'meets':
      return [...expressionCells(test.first), ...expressionCells(test.last), ...rangeCells(test.ranges)];
    case 'words':
      return [
        test.offset,
        isLittle(test.endian),
        isAny(test.which),
        ...loadCells(test.count),
        ...rangeCells(test.ranges),
      ];
    case 'bits':
      return [test.offset, test.value, isAny(test.which), ...loadCells(test.count)];
    case 'bytes':
      return [test.offset, test.mask.length, ...test.mask.flatMap((mask, at) => [mask, test.value[at] ?? 0])];
  }
}

function expressionCells({ terms, constant }: Expression): number[] {
  return [terms.length, constant, ...terms.flatMap(({ of, times }) => [times, ...loadCells(of)])];
}

function loadCells(load: Load | 'length'): number[] {
  return load === 'length'
    ? [0, 0, 0, 0, 0]
    : [load.width, load.offset, isLittle(load.endian), load.mask | 0, load.shift];
}

function rangeCells(ranges: readonly Range[]): number[] {
  return [ranges.length, ...ranges.flatMap(([least, most]) => [least | 0, most | 0])];
}

function isAny(which: 'all' | 'any'): number {
  return which === 'any' ? 1 : 0;
}

function isLittle(endian: 'big' | 'little'): number {
  return endian === 'little' ? 1 : 0;
}
