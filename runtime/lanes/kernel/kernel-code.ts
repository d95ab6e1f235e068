// A filter as code for the kernel itself, where Ethernet frames go from one device to another without coming up to us. It decides as
// the interpreter does. What it does not know is said, never left out.
import type { Expression, FilterProgram, Load, Range, Test } from '../filter/ir.ts';
import { sharedTests, without } from '../filter/shared-tests.ts';
import { Assembler, type Label, R, type Register } from './assembler.ts';

/** Counters behind those of the rules. */
export const BEHIND_RULES = {
  /** No rule fitted. */
  otherwise: 0,
  /** Frames with a VLAN tag, which the kernel keeps beside them: dropped, since rules would look at the wrong bytes. */
  tagged: 1,
  /** Frames that the kernel could not lay out in one piece: dropped. */
  unreadable: 2,
} as const;

export interface KernelCode {
  /** Instructions, two words each. */
  readonly code: Int32Array;
  /** One per rule, then {@link BEHIND_RULES}. */
  readonly counters: number;
}

/** Of what the code answers, as the kernel numbers it. */
export const ANSWER = { drop: 2, redirect: 7 } as const;

const HELPER = { redirect: 23, pullData: 39 } as const;
/** Of what the kernel says of a frame, bytes from its beginning. */
const CONTEXT = { length: 0, vlan: 20, data: 76, end: 80 } as const;

/**
 * Why a program cannot run in the kernel; nothing when it can. A rate needs a clock and memory for each rule, a log and an answer
 * need somebody to write them, and runs of words and bits are no matter of Ethernet.
 */
export function kernelProblem({ rules, otherwise }: FilterProgram): string | undefined {
  if (otherwise.log || rules.some(({ log }) => log)) return 'frames that it decides are to be logged';
  if (rules.some(({ rate }) => rate !== undefined)) return 'a rule has a rate';
  if ([otherwise, ...rules].some(({ verdict }) => verdict.action === 'reject'))
    return 'what it denies is to be answered';
  const kinds = testsOf(rules).map(({ kind }) => kind);
  return kinds.some(kind => kind === 'words' || kind === 'bits') ? 'it looks at runs of words or bits' : undefined;
}

/**
 * Makes a program into code that sends what it accepts out by another device and drops the rest.
 * @param to  number of the device
 * @throws RangeError when it cannot run in the kernel, see {@link kernelProblem}, or is too long for it
 */
export function kernelCode(program: FilterProgram, to: number): KernelCode {
  const problem = kernelProblem(program);
  if (problem !== undefined) throw new RangeError(`this filter cannot run in the kernel: ${problem}`);
  const assembler = new Assembler();
  const { rules } = program;
  const shared = sharedTests(rules.flatMap(({ alternatives }) => alternatives));
  const behind = (which: keyof typeof BEHIND_RULES) => rules.length + BEHIND_RULES[which];
  const [tagged, unreadable, otherwise]: Label[] = [{}, {}, {}];
  writeStart(assembler, reachOf(testsOf(rules)), tagged as Label, unreadable as Label);
  writeTests(assembler, shared, otherwise as Label);
  for (const [place, { alternatives, verdict }] of rules.entries()) {
    const [fits, next]: [Label, Label] = [{}, {}];
    for (const { tests } of alternatives) {
      const other: Label = {};
      writeTests(assembler, without(tests, shared), other);
      assembler.go(fits);
      assembler.place(other);
    }
    assembler.go(next);
    assembler.place(fits);
    assembler.count(place);
    if (verdict.action === 'accept') writeRedirect(assembler, to);
    else writeDrop(assembler);
    assembler.place(next);
  }
  for (const [label, which] of [
    [otherwise, 'otherwise'],
    [tagged, 'tagged'],
    [unreadable, 'unreadable'],
  ] as const) {
    assembler.place(label as Label);
    assembler.count(behind(which));
    writeDrop(assembler);
  }
  return { code: assembler.code(), counters: rules.length + Object.keys(BEHIND_RULES).length };
}

function testsOf(rules: FilterProgram['rules']): Test[] {
  return rules.flatMap(({ alternatives }) => alternatives.flatMap(({ tests }) => tests));
}

/** Behind the last byte that any test looks at. */
function reachOf(tests: readonly Test[]): number {
  const ends = tests.flatMap(test => {
    if (test.kind === 'bytes') return [test.offset + test.mask.length];
    if (test.kind !== 'inside' && test.kind !== 'meets') return [];
    return [test.first, test.last].flatMap(({ terms }) =>
      terms.map(({ of }) => (of === 'length' ? 0 : of.offset + of.width)),
    );
  });
  return Math.max(0, ...ends);
}

/** Sets the registers; has the kernel lay out in one piece what is looked at, as far as the frame goes. */
function writeStart(assembler: Assembler, reach: number, tagged: Label, unreadable: Label): void {
  const [isLaidOut, isShort]: [Label, Label] = [{}, {}];
  assembler.copy(R.context, R.a);
  assembler.load(R.b, R.context, CONTEXT.vlan, 4);
  assembler.jumpAt('!=', R.b, 0, tagged);
  assembler.load(R.length, R.context, CONTEXT.length, 4);
  writeBounds(assembler);
  assembler.copy(R.b, R.data);
  assembler.add(R.b, { value: reach });
  assembler.jump('<=', R.b, R.end, isLaidOut);
  assembler.set(R.b, reach);
  assembler.jump('<=', R.b, R.length, isShort);
  assembler.copy(R.b, R.length);
  assembler.place(isShort);
  assembler.copy(R.a, R.context);
  assembler.call(HELPER.pullData);
  assembler.jumpAt('!=', R.result, 0, unreadable);
  writeBounds(assembler);
  assembler.place(isLaidOut);
}

function writeBounds(assembler: Assembler): void {
  assembler.load(R.data, R.context, CONTEXT.data, 4);
  assembler.load(R.end, R.context, CONTEXT.end, 4);
}

/** Goes on behind them when all hold, else to the label. */
function writeTests(assembler: Assembler, tests: readonly Test[], fails: Label): void {
  for (const test of tests) {
    if (test.kind === 'bytes') writeBytes(assembler, test, fails);
    else if (test.kind === 'inside' || test.kind === 'meets') writeEnds(assembler, test, fails);
  }
}

function writeBytes(assembler: Assembler, test: Extract<Test, { kind: 'bytes' }>, fails: Label): void {
  writeWithin(assembler, test.offset + test.mask.length, fails);
  for (const [index, mask] of test.mask.entries()) {
    if (mask === 0) continue;
    assembler.load(R.result, R.data, test.offset + index, 1);
    assembler.cut(R.result, mask, 0);
    assembler.jumpAt('!=', R.result, test.value[index] ?? 0, fails);
  }
}

function writeEnds(assembler: Assembler, test: Extract<Test, { kind: 'inside' | 'meets' }>, fails: Label): void {
  const isOne = JSON.stringify(test.first) === JSON.stringify(test.last);
  writeExpression(assembler, test.first, R.c, fails);
  if (!isOne) writeExpression(assembler, test.last, R.d, fails);
  const [first, last] = [R.c, isOne ? R.c : R.d];
  if (test.kind === 'meets' && !isOne) assembler.jump('s>', first, last, fails);
  const holds: Label = {};
  for (const range of test.ranges) {
    if (test.kind === 'inside') writeInside(assembler, range, first, last, holds);
    else writeMeets(assembler, range, first, last, holds);
  }
  assembler.go(fails);
  assembler.place(holds);
}

function writeInside(assembler: Assembler, [least, most]: Range, first: Register, last: Register, holds: Label): void {
  const next: Label = {};
  assembler.set(R.e, least);
  assembler.jump('s<', first, R.e, next);
  if (last !== first) assembler.jump('s<', last, R.e, next);
  assembler.set(R.e, most);
  assembler.jump('s>', first, R.e, next);
  if (last !== first) assembler.jump('s>', last, R.e, next);
  assembler.go(holds);
  assembler.place(next);
}

function writeMeets(assembler: Assembler, [least, most]: Range, first: Register, last: Register, holds: Label): void {
  const next: Label = {};
  assembler.set(R.e, most);
  assembler.jump('s>', first, R.e, next);
  assembler.set(R.e, least);
  assembler.jump('s<', last, R.e, next);
  assembler.go(holds);
  assembler.place(next);
}

function writeExpression(assembler: Assembler, expression: Expression, into: Register, fails: Label): void {
  assembler.setSigned(into, expression.constant);
  for (const { of, times } of expression.terms) {
    if (of === 'length') assembler.copy(R.result, R.length);
    else writeLoad(assembler, of, fails);
    if (times !== 1) assembler.multiply(R.result, times);
    assembler.add(into, { register: R.result });
  }
}

function writeLoad(assembler: Assembler, { offset, width, endian, mask, shift }: Load, fails: Label): void {
  writeWithin(assembler, offset + width, fails);
  assembler.load(R.result, R.data, offset, width);
  // WHY: what is read is in the order of the machine, and Gatewright knows no machine that is not little endian.
  if (width > 1 && endian === 'big') assembler.bigEndian(R.result, width as 2 | 4);
  assembler.cut(R.result, mask, shift);
}

/** The frame has so many bytes, else to the label. The kernel takes no code that reads without having asked. */
function writeWithin(assembler: Assembler, bytes: number, fails: Label): void {
  assembler.copy(R.b, R.data);
  assembler.add(R.b, { value: bytes });
  assembler.jump('>', R.b, R.end, fails);
}

function writeRedirect(assembler: Assembler, to: number): void {
  assembler.set(R.a, to);
  assembler.set(R.b, 0);
  assembler.call(HELPER.redirect);
  assembler.exit();
}

function writeDrop(assembler: Assembler): void {
  assembler.set(R.result, ANSWER.drop);
  assembler.exit();
}
