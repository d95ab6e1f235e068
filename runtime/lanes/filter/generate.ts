// A filter as JavaScript: one function for one frame, which a segment calls or which runs over a burst. It allocates nothing.
// Only numbers get from a program into the source, and only whole ones: see `number`.
import { type Decision, decisionAt } from './decision.ts';
import { declare, keyOf, loadsOf, number, type Surroundings, testText, valueText } from './generated-tests.ts';
import type { Expression, FilterProgram, FilterRule, Load, Rate, Test } from './ir.ts';
import { sharedTests, without } from './shared-tests.ts';
import { FIELD, STRIDE } from './state.ts';

/**
 * Comparisons in one function, about. WHY: the more the better for V8, as long as it optimises the function at all; with 60
 * ranges in each of 1024 rules it did at 1000, and not at 1500.
 */
const MOST_COST = 1000;

/**
 * Decides one frame and counts it.
 * @param bytes   memory with the frame in it, `length` bytes from `start` on
 * @param now     ms; any clock that runs forward, always the same one
 * @param state   of the program, see state.ts
 */
export type Decide = (bytes: Uint8Array, start: number, length: number, now: number, state: Float64Array) => Decision;

/**
 * Decides the first `count` frames of a burst, in order.
 * @param starts     where in `bytes` each frame begins
 * @param lengths    bytes of each frame
 * @param decisions  gets the decision of each frame
 * @returns how many were accepted
 */
export type DecideBurst = (
  bytes: Uint8Array,
  starts: ArrayLike<number>,
  lengths: ArrayLike<number>,
  count: number,
  now: number,
  state: Float64Array,
  decisions: Int32Array,
) => number;

export interface GeneratedFilter {
  readonly decide: Decide;
  readonly burst: DecideBurst;
}

/** Makes a program, which its schema has checked, into functions of this process. */
export function generateFilter(program: FilterProgram): GeneratedFilter {
  const source = `'use strict';\n${filterSource(program, 'decide')}${BURST}return { decide, burst };`;
  return new Function(source)() as GeneratedFilter;
}

const BURST = `function burst(bytes, starts, lengths, count, now, state, decisions) {
let accepted = 0;
for (let index = 0; index < count; index += 1) {
const decision = decide(bytes, starts[index], lengths[index], now, state);
decisions[index] = decision;
accepted += (decision >>> 8) & 1;
}
return accepted;
}
`;

/**
 * Source text of one statement that declares a {@link Decide} under a name, and no other name.
 * @param name  an identifier; anything else throws a TypeError
 */
export function filterSource(program: FilterProgram, name: string): string {
  if (!/^[A-Za-z_$][\w$]*$/.test(name)) throw new TypeError('the name of a filter function is an identifier');
  const functions: string[] = [];
  const parts = partsOf(program.rules).map(rules =>
    declare(functions, 'b, p, n, now, s', partBody(program, rules, functions)),
  );
  const calls = parts.map(part => `decision = ${part}(b, p, n, now, s);\nif (decision >= 0) return decision;\n`);
  const end = program.rules.length;
  return `const ${name} = (() => {
${functions.join('')}return (b, p, n, now, s) => {
let decision = -1;
${calls.join('')}${hitText(end)}return ${number(decisionAt(program, end))};
};
})();
`;
}

/** A rule with its place in the program. */
type Placed = readonly [place: number, rule: FilterRule];

function partsOf(rules: readonly FilterRule[]): readonly (readonly Placed[])[] {
  const shared = sharedTests(rules.flatMap(({ alternatives }) => alternatives));
  const parts: Placed[][] = [];
  let room = 0;
  for (const placed of rules.entries()) {
    const cost = costOf(placed[1], shared);
    if (parts.length === 0 || cost > room) {
      parts.push([]);
      room = MOST_COST;
    }
    room -= cost;
    parts.at(-1)?.push(placed);
  }
  return parts;
}

/** About how many comparisons a rule becomes. */
function costOf({ alternatives }: FilterRule, asked: readonly Test[]): number {
  const left = alternatives.map(({ says, tests }) => ({ says, tests: without(tests, asked) }));
  const shared = sharedTests(left);
  const tests = [...shared, ...left.flatMap(({ tests }) => without(tests, shared))];
  return tests.reduce((sum, test) => sum + comparisonsOf(test), 1);
}

function comparisonsOf(test: Test): number {
  if (test.kind === 'inside' || test.kind === 'meets') return test.first.terms.length + 2 * test.ranges.length;
  return test.kind === 'bytes' ? test.mask.length : 1;
}

/** Tries some rules of the program in order: the decision of the first that fits, -1 when none does. */
function partBody(program: FilterProgram, rules: readonly Placed[], functions: string[]): string {
  const alternatives = rules.flatMap(([, rule]) => rule.alternatives);
  const shared = sharedTests(alternatives);
  const guard = conjunction(shared, { functions, variables: new Map(), sure: 0 });
  const sure = sureLength(shared, 0);
  const held = heldValues(
    alternatives.flatMap(({ tests }) => without(tests, shared)),
    sure,
  );
  const around = { functions, variables: held.variables, sure };
  const body = rules.map(([place, rule]) => ruleText(rule, place, decisionAt(program, place), shared, around));
  return `let x = 0, y = 0;\nif (!(${guard})) return -1;\n${held.text}${body.join('')}return -1;`;
}

interface HeldValues {
  /** By `keyOf` of the load or expression. */
  readonly variables: ReadonlyMap<string, string>;
  /** Declares them. */
  readonly text: string;
}

/** Variables for what is asked for more than once: loads first, for the expressions are made of them. */
function heldValues(tests: readonly Test[], sure: number): HeldValues {
  const expressions = tests.flatMap(expressionsOf);
  const counts = tests.flatMap(test => (test.kind === 'words' || test.kind === 'bits' ? [test.count] : []));
  const variables = new Map<string, string>();
  const lines = [...repeated([...expressions.flatMap(loadsOf), ...counts]), ...repeated(expressions)].map(value => {
    if (variables.has(keyOf(value))) return '';
    const text = valueText(value, { variables, sure });
    const name = `v${variables.size}`;
    variables.set(keyOf(value), name);
    return `const ${name} = ${text};\n`;
  });
  return { variables, text: lines.join('') };
}

function expressionsOf(test: Test): readonly Expression[] {
  if (test.kind !== 'inside' && test.kind !== 'meets') return [];
  return keyOf(test.first) === keyOf(test.last) ? [test.first] : [test.first, test.last];
}

function repeated<T extends Load | Expression>(values: readonly T[]): readonly T[] {
  const byKey = Map.groupBy(values, keyOf);
  return [...byKey.values()].flatMap(same => (same.length > 1 ? same.slice(0, 1) : []));
}

function ruleText(
  rule: FilterRule,
  place: number,
  decision: Decision,
  asked: readonly Test[],
  around: Surroundings,
): string {
  const left = rule.alternatives.map(({ says, tests }) => ({ says, tests: without(tests, asked) }));
  const shared = sharedTests(left);
  const inside = { ...around, sure: sureLength(shared, around.sure) };
  const own = left.map(({ tests }) => conjunction(without(tests, shared), inside)).join(' || ');
  const rate = rule.rate === undefined ? 'true' : rateText(rule.rate, place, around.functions);
  return `if (${conjunction(shared, around)} && (${own}) && ${rate}) {\n${hitText(place)}return ${number(decision)};\n}\n`;
}

/** WHY the length first: behind it, what it makes sure of is loaded without asking again. */
function conjunction(tests: readonly Test[], around: Surroundings): string {
  if (tests.length === 0) return 'true';
  const lengths = tests.filter(test => leastLength(test) > 0);
  const rest = tests.filter(test => leastLength(test) === 0);
  const behind = { ...around, sure: sureLength(lengths, around.sure) };
  return [...lengths.map(test => testText(test, around)), ...rest.map(test => testText(test, behind))].join(' && ');
}

/** Bytes a frame has for sure when the tests hold, and `before` if they say less. */
function sureLength(tests: readonly Test[], before: number): number {
  return Math.max(before, ...tests.map(leastLength));
}

/** The shortest frame for which a test of its length holds; 0 for any other test. */
function leastLength(test: Test): number {
  if (test.kind !== 'inside' || keyOf(test.first) !== LENGTH_KEY) return 0;
  return Math.min(...test.ranges.map(([least]) => least));
}

const LENGTH_KEY = keyOf({ terms: [{ of: 'length', times: 1 }], constant: 0 });

function hitText(place: number): string {
  const at = place * STRIDE;
  return `s[${number(at + FIELD.hits)}] += 1;\ns[${number(at + FIELD.lastHit)}] = now;\n`;
}

/** The sums of `takeToken`, in its order. */
function rateText({ frames, perMs, burst }: Rate, place: number, functions: string[]): string {
  const at = (field: number) => `s[${number(place * STRIDE + field)}]`;
  const tokens = at(FIELD.tokens);
  const body = `const waited = Math.max(0, now - ${at(FIELD.filledAt)});
const tokens = Math.min(${number(burst)}, ${tokens} + (waited * ${number(frames)}) / ${number(perMs)});
${at(FIELD.filledAt)} = now;
${tokens} = tokens < 1 ? tokens : tokens - 1;
if (tokens >= 1) return true;
${at(FIELD.over)} += 1;
return false;`;
  return `${declare(functions, 'now, s', body)}(now, s)`;
}
