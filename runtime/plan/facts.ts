// What the planner may know of drivers: their facts, looked up by kind.
import type { Kind } from '../model/address.ts';
import type { DriverFacts, Mutability } from '../model/driver.ts';
import { topField } from './diff.ts';

export type FactsByKind = ReadonlyMap<Kind, DriverFacts>;

/** Facts by kind; of two drivers of one kind the first counts, as in the agent. */
export function factsByKind(facts: readonly DriverFacts[]): FactsByKind {
  return new Map([...facts].reverse().map(entry => [entry.kind, entry]));
}

/** How a driver brings about a change at this path; `undefined` = only by making the resource anew. */
export function mutabilityOf(facts: DriverFacts | undefined, path: string): Mutability | undefined {
  const mutable: Readonly<Record<string, Mutability | undefined>> = facts?.mutable ?? {};
  const field = topField(path);
  return Object.hasOwn(mutable, field) ? mutable[field] : undefined;
}
