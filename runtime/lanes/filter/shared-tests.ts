// Tests that several rules ask alike are asked once: rules of one protocol have most of theirs in common.
import type { Alternative, Test } from './ir.ts';

/** Tests that stand in every one of some alternatives. */
export function sharedTests(alternatives: readonly Alternative[]): readonly Test[] {
  const [first, ...rest] = alternatives;
  const others = rest.map(({ tests }) => new Set(tests.map(nameOf)));
  return (first?.tests ?? []).filter(test => others.every(set => set.has(nameOf(test))));
}

/** The tests of an alternative that are not among those asked already. */
export function without(tests: readonly Test[], asked: readonly Test[]): Test[] {
  const taken = new Set(asked.map(nameOf));
  return tests.filter(test => !taken.has(nameOf(test)));
}

/** WHY kept: each is asked for several times, and a program may have thousands of tests. */
const names = new WeakMap<Test, string>();

/** Tests of the same name ask the same. */
function nameOf(test: Test): string {
  const known = names.get(test);
  if (known !== undefined) return known;
  const name = JSON.stringify({ ...test, says: '', hex: true });
  names.set(test, name);
  return name;
}
