// Tests that several rules ask alike are asked once: rules of one protocol have most of theirs in common.
import type { Alternative, Test } from './ir.ts';

/** Tests that stand in every one of some alternatives. */
export function sharedTests(alternatives: readonly Alternative[]): readonly Test[] {
  const [first, ...rest] = alternatives;
  const names = rest.map(({ tests }) => new Set(tests.map(nameOf)));
  return (first?.tests ?? []).filter(test => names.every(set => set.has(nameOf(test))));
}

/** The tests of an alternative that are not among those asked already. */
export function without(tests: readonly Test[], asked: readonly Test[]): Test[] {
  const names = new Set(asked.map(nameOf));
  return tests.filter(test => !names.has(nameOf(test)));
}

/** Tests of the same name ask the same. */
function nameOf(test: Test): string {
  return JSON.stringify({ ...test, says: '', hex: true });
}
