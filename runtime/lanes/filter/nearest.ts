// Which rule would have let a denied frame pass if only little of the frame were otherwise, and what that is.
import { failedTests } from './explain.ts';
import { holds } from './interpreter.ts';
import type { FilterProgram, Test } from './ir.ts';

/** A rule that accepts and nearly did. */
export interface NearMiss {
  readonly rule: string;
  /** What of the frame is not as the rule wants it, a sentence without a full stop each; never empty. */
  readonly differs: readonly string[];
}

/**
 * The first of the rules for which the least of a frame would have to be otherwise, among those that accept. What is about such
 * frames at all, as its first test tells, is nearer than what is not.
 * @param before  place of the rule that denied the frame: those behind it were never asked
 */
export function nearestRule({ rules }: FilterProgram, frame: Uint8Array, before = rules.length): NearMiss | undefined {
  const ways = rules
    .slice(0, before)
    .filter(({ verdict }) => verdict.action === 'accept')
    .flatMap(({ id, alternatives }) => alternatives.map(({ tests }) => wayOf(id, tests, frame)))
    .filter(({ differs }) => differs.length > 0);
  const [nearest] = ways.toSorted(
    (a, b) => Number(a.isForeign) - Number(b.isForeign) || a.differs.length - b.differs.length,
  );
  return nearest === undefined ? undefined : { rule: nearest.rule, differs: nearest.differs };
}

function wayOf(rule: string, tests: readonly Test[], frame: Uint8Array): NearMiss & { readonly isForeign: boolean } {
  const [first] = tests;
  return { rule, differs: failedTests(tests, frame), isForeign: first !== undefined && !holds(first, frame) };
}
