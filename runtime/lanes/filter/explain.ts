// Why a frame was accepted or denied, in words: the rule that decided, and for each rule before it what of it did not hold.
import { type Decision, decisionAt, isAccepted, ruleOf, verdictOf } from './decision.ts';
import { bitsOf, fits, holds, wordsOf, worthOf } from './interpreter.ts';
import type { Alternative, FilterProgram, FilterRule, Test } from './ir.ts';
import { tokensAt } from './state.ts';

/** One way in which a rule could have fitted, and why it did not. */
export interface MissedWay {
  /** The alternative's own words. */
  readonly way: string;
  /** Sentences without a full stop, such as `it is not true that the unit is 1: it is 4`. */
  readonly failed: readonly string[];
}

/** A rule that was tried and did not decide. */
export interface PassedRule {
  readonly rule: string;
  /** `rate`: it fitted, but the frame is above its rate. */
  readonly why: 'tests' | 'rate';
  /** Of `tests`: the ways that are about such a frame; when none is, every way with the test that says so. */
  readonly ways: readonly MissedWay[];
}

export interface Explanation {
  readonly decision: Decision;
  /** Id of the rule that decided; absent = none did. */
  readonly rule?: string;
  /** Those before it, in order. */
  readonly passed: readonly PassedRule[];
}

/** What buckets hold at a time. */
export interface Moment {
  readonly state: Float64Array;
  /** ms of the clock that the state was filled with. */
  readonly now: number;
}

/**
 * Explains what a program says about a frame. Counts nothing and takes no token.
 * @param frame   exactly the bytes of the frame
 * @param moment  absent = no frame is above a rate
 */
export function explain(program: FilterProgram, frame: Uint8Array, moment?: Moment): Explanation {
  const passed: PassedRule[] = [];
  for (const [place, rule] of program.rules.entries()) {
    const miss = missOf(rule, place, frame, moment);
    if (miss === undefined) return { decision: decisionAt(program, place), rule: rule.id, passed };
    passed.push(miss);
  }
  return { decision: decisionAt(program, program.rules.length), passed };
}

/** Why a rule does not decide; `undefined` when it does. */
function missOf(
  rule: FilterRule,
  place: number,
  frame: Uint8Array,
  moment: Moment | undefined,
): PassedRule | undefined {
  if (!rule.alternatives.some(alternative => fits(alternative, frame))) {
    return { rule: rule.id, why: 'tests', ways: missedWays(rule.alternatives, frame) };
  }
  if (rule.rate === undefined || moment === undefined) return undefined;
  const empty = tokensAt(moment.state, place, rule.rate, moment.now) < 1;
  return empty ? { rule: rule.id, why: 'rate', ways: [] } : undefined;
}

function missedWays(alternatives: readonly Alternative[], frame: Uint8Array): readonly MissedWay[] {
  const near = alternatives.filter(({ tests: [first] }) => first === undefined || holds(first, frame));
  if (near.length > 0) return near.map(way => ({ way: way.says, failed: failedTests(way.tests, frame) }));
  return alternatives.map(way => ({ way: way.says, failed: failedTests(way.tests.slice(0, 1), frame) }));
}

/** Why tests do not hold for a frame, a sentence without a full stop each; empty when all do. */
export function failedTests(tests: readonly Test[], frame: Uint8Array): readonly string[] {
  return tests
    .filter(test => !holds(test, frame))
    .map(test => `it is not true that ${claimOf(test)}${found(test, frame)}`);
}

function claimOf({ says, kind }: Test): string {
  return says === '' ? `a test of the kind ${kind} holds` : says;
}

const TOO_SHORT = ': the frame ends before';

/** What is there instead; nothing for what would say nothing. */
function found(test: Test, frame: Uint8Array): string {
  switch (test.kind) {
    case 'inside':
    case 'meets':
      return endsFound(test, frame);
    case 'words':
      return rowFound(test.which, wordsOf(test, frame), value =>
        test.ranges.some(([a, b]) => a <= value && value <= b),
      );
    case 'bits':
      return rowFound(test.which, bitsOf(test, frame), value => value === test.value);
    case 'bytes': {
      const wrong = test.mask.findIndex((mask, at) => ((frame[test.offset + at] ?? -1) & mask) !== test.value[at]);
      const byte = frame[test.offset + wrong];
      return byte === undefined ? TOO_SHORT : `: byte ${wrong} of them is ${byte.toString(16).padStart(2, '0')}`;
    }
  }
}

function endsFound({ hex, first, last }: Extract<Test, { kind: 'inside' | 'meets' }>, frame: Uint8Array): string {
  const [from, to] = [worthOf(first, frame), worthOf(last, frame)];
  if (from === undefined || to === undefined) return TOO_SHORT;
  const show = (value: number) => (hex === true ? `0x${value.toString(16).toUpperCase()}` : String(value));
  if (JSON.stringify(first) !== JSON.stringify(last))
    return `: it is ${from === to ? show(from) : `${show(from)} to ${show(to)}`}`;
  // Sums only compare parts of a frame with each other: their value is nothing a person has seen.
  return first.terms.length > 1 ? '' : `: it is ${show(from)}`;
}

function rowFound(which: 'all' | 'any', values: readonly number[] | undefined, is: (value: number) => boolean): string {
  if (values === undefined) return TOO_SHORT;
  if (which === 'any') return values.length === 0 ? ': there is none' : `: none of ${values.length} is`;
  const wrong = values.findIndex(value => !is(value));
  return `: number ${wrong + 1} of ${values.length} is ${values[wrong]}`;
}

/** Ways told of one rule; more say nothing more. */
const MOST_WAYS = 4;

/** The explanation for people, a line each: the fate of the frame, then the rules that were passed over. */
export function explanationLines({ decision, rule, passed }: Explanation): readonly string[] {
  const verdict = verdictOf(decision);
  const fate = isAccepted(decision) ? 'accepted' : 'denied';
  const answer = verdict.action === 'reject' ? ` and answered with ${verdict.answer}` : '';
  const number = ruleOf(decision) + 1;
  const head = rule === undefined ? `${fate}${answer}: no rule fits` : `${fate}${answer} by rule ${number}, ${rule}`;
  return [head, ...passed.map((miss, place) => `rule ${place + 1}, ${miss.rule}, did not decide: ${missWords(miss)}`)];
}

function missWords({ why, ways }: PassedRule): string {
  if (why === 'rate') return 'it fits, but the frame is above its rate';
  const words = ways.map(({ failed }) => failed.join(' and '));
  const shown = words.length > MOST_WAYS ? [...words.slice(0, 2), `${words.length - 2} more of the kind`] : words;
  return shown.join('; or ');
}
