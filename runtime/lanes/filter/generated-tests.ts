// Source text of the tests of a filter. In it `b` is the memory, `p` where the frame starts, `n` its length, `x` and `y` are free
// for the while of a test. -1 stands for what the frame is too short for: no range has negative numbers.
import type { Expression, Load, Range, Test } from './ir.ts';

/** What the text of a test may lean on. */
export interface Surroundings {
  /** Source of functions that stand before; a test may add some. */
  readonly functions: string[];
  /** Variables that hold a value already, by {@link keyOf} of the load or expression. */
  readonly variables: ReadonlyMap<string, string>;
  /** Bytes that the frame has for sure, because it was asked before. */
  readonly sure: number;
}

/** A whole number as source text. Anything else throws a TypeError: nothing but numbers may get into generated code. */
export function number(value: number): string {
  if (!Number.isSafeInteger(value)) throw new TypeError('only whole numbers get into generated code');
  return value < 0 ? `(${value})` : String(value);
}

/** Adds a function. @returns its name */
export function declare(functions: string[], parameters: string, body: string): string {
  const name = `f${functions.length}`;
  functions.push(`function ${name}(${parameters}) {\n${body}\n}\n`);
  return name;
}

/** Source of a condition that is true when the test holds. */
export function testText(test: Test, around: Surroundings): string {
  switch (test.kind) {
    case 'inside':
    case 'meets':
      return endsText(test, around);
    case 'words':
      return `${declare(around.functions, 'b, p, n, count', wordsBody(test))}(b, p, n, ${valueText(test.count, around)})`;
    case 'bits':
      return `${declare(around.functions, 'b, p, n, count', bitsBody(test))}(b, p, n, ${valueText(test.count, around)})`;
    case 'bytes':
      return bytesText(test, around);
  }
}

function endsText(test: Extract<Test, { kind: 'inside' | 'meets' }>, around: Surroundings): string {
  const first = valueText(test.first, around);
  // One number meets a range when it is inside.
  if (keyOf(test.first) === keyOf(test.last)) return `(x = ${first}, ${rangesText(test.ranges, ['x'])})`;
  const both = `x = ${first}, y = ${valueText(test.last, around)}`;
  if (test.kind === 'inside') return `(${both}, ${rangesText(test.ranges, ['x', 'y'])})`;
  const meeting = test.ranges.map(([least, most]) => `x <= ${number(most)} && y >= ${number(least)}`);
  // A sum may be -1 itself, and what begins there may still meet a range: so the length is asked first.
  const end = endOf([...loadsOf(test.first), ...loadsOf(test.last)]);
  return `(${longEnough(end, around)}(${both}, x <= y && (${meeting.join(' || ')})))`;
}

function rangesText(ranges: readonly Range[], names: readonly string[]): string {
  return ranges.map(range => names.map(name => rangeText(range, name)).join(' && ')).join(' || ');
}

function rangeText([least, most]: Range, name: string): string {
  if (least === most) return `${name} === ${number(least)}`;
  return `${name} >= ${number(least)} && ${name} <= ${number(most)}`;
}

function wordsBody({ offset, endian, which, ranges }: Extract<Test, { kind: 'words' }>): string {
  const word = endian === 'big' ? 'b[at] << 8 | b[at + 1]' : 'b[at] | b[at + 1] << 8';
  return `if (count < 0 || ${number(offset)} + 2 * count > n) return false;
const end = p + ${number(offset)} + 2 * count;
for (let at = p + ${number(offset)}; at < end; at += 2) {
const x = ${word};
if (${which === 'any' ? '' : '!'}(${rangesText(ranges, ['x'])})) return ${which === 'any'};
}
return ${which === 'all'};`;
}

/** WHY all the others: any is one exactly when not all are zero, and bytes are compared faster than bits. */
function bitsBody({ offset, which, value }: Extract<Test, { kind: 'bits' }>): string {
  const all = which === 'all' ? value : 1 - value;
  return `if (count < 0 || ${number(offset)} + Math.ceil(count / 8) > n) return false;
const end = p + ${number(offset)} + (count >> 3);
for (let at = p + ${number(offset)}; at < end; at += 1) if (b[at] !== ${all === 1 ? 255 : 0}) return ${which === 'any'};
const mask = (1 << (count & 7)) - 1;
return (mask === 0 || (b[end] & mask) === ${all === 1 ? 'mask' : 0}) === ${which === 'all'};`;
}

function bytesText({ offset, mask, value }: Extract<Test, { kind: 'bytes' }>, around: Surroundings): string {
  const tests = mask.map((bits, index) => {
    const byte = byteText(offset + index);
    return `(${byte} & ${number(bits)}) === ${number(value[index] ?? 0)}`;
  });
  return `${longEnough(offset + mask.length, around)}${tests.join(' && ')}`;
}

function longEnough(end: number, { sure }: Surroundings): string {
  return end <= sure ? '' : `n >= ${number(end)} && `;
}

/** Names a load or an expression; what has the same value has the same name. */
export function keyOf(of: Load | Expression): string {
  if (!('terms' in of)) return [of.width, of.offset, of.endian, of.mask, of.shift].join();
  const load = onlyLoad(of);
  if (load !== undefined) return keyOf(load);
  const terms = of.terms.map(term => `${term.times}*${term.of === 'length' ? 'n' : keyOf(term.of)}`);
  return [...terms, of.constant].join(' ');
}

/** The load whose value an expression is. */
function onlyLoad({ terms, constant }: Expression): Load | undefined {
  const [term] = terms;
  if (terms.length !== 1 || constant !== 0 || term?.times !== 1 || term.of === 'length') return undefined;
  return term.of;
}

/** The loads of an expression. */
export function loadsOf({ terms }: Expression): readonly Load[] {
  return terms.flatMap(({ of }) => (of === 'length' ? [] : [of]));
}

/** Source of a value: the variable that holds it, or what works it out. */
export function valueText(of: Load | Expression, { variables, sure }: Omit<Surroundings, 'functions'>): string {
  const held = variables.get(keyOf(of));
  if (held !== undefined) return held;
  const load = 'terms' in of ? onlyLoad(of) : of;
  if (load !== undefined) return guarded([load], sure, loadText(load));
  const sum = of as Expression;
  const terms = sum.terms.map(({ of: value, times }) => {
    const text = value === 'length' ? 'n' : (variables.get(keyOf(value)) ?? loadText(value));
    return times === 1 ? text : `${number(times)} * ${text}`;
  });
  return guarded(loadsOf(sum), sure, [...terms, ...(sum.constant === 0 ? [] : [number(sum.constant)])].join(' + '));
}

/** WHY also where a variable is part of the sum: it holds -1 when the frame is too short, and the sum must then be that. */
function guarded(loads: readonly Load[], sure: number, text: string): string {
  const end = endOf(loads);
  return end <= sure ? text : `(n >= ${number(end)} ? ${text} : -1)`;
}

/** The length a frame must have for some loads. */
function endOf(loads: readonly Load[]): number {
  return Math.max(0, ...loads.map(({ offset, width }) => offset + width));
}

function loadText({ offset, width, endian, mask, shift }: Load): string {
  const bytes = Array.from({ length: width }, (_, index) => {
    const left = 8 * (endian === 'big' ? width - 1 - index : index);
    return left === 0 ? byteText(offset + index) : `${byteText(offset + index)} << ${left}`;
  });
  const raw = `(${bytes.join(' | ')})`;
  const whole = mask === 2 ** (8 * width) - 1;
  if (shift > 0) return `((${raw} & ${number(mask)}) >>> ${number(shift)})`;
  if (mask > 0x7fff_ffff) return `((${raw} & ${number(mask)}) >>> 0)`;
  return whole ? raw : `(${raw} & ${number(mask)})`;
}

function byteText(offset: number): string {
  return `b[p + ${number(offset)}]`;
}
