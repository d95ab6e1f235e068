// What sets back ends apart, from the facts of their drivers alone: who does it, what changes in place, what is lacking.
import { KINDS, type Kind } from '../model/address.ts';
import type { DriverFacts } from '../model/driver.ts';
import type { Backend } from '../model/gateway.ts';
import { SPECS } from '../model/kind.ts';
import { factsByKind } from './facts.ts';

export interface KnownBackend {
  readonly backend: Backend;
  readonly facts: readonly DriverFacts[];
}

export interface BackendDifference {
  readonly kind: Kind;
  /** What differs, in words: `driver`, `change of vcpus`. */
  readonly what: string;
  /** How each back end does it, in the order given. */
  readonly ways: readonly { readonly backend: Backend; readonly way: string }[];
}

type Aspect = readonly [what: string, way: (facts: DriverFacts) => string];

/** Everything in which at least two of the back ends differ, kind by kind. */
export function backendDifferences(backends: readonly KnownBackend[]): readonly BackendDifference[] {
  const known = backends.map(({ backend, facts }) => ({ backend, facts: factsByKind(facts) }));
  return KINDS.flatMap(kind => {
    const all = known.flatMap(({ facts }) => facts.get(kind) ?? []);
    return aspects(kind, all).flatMap(([what, way]) => {
      const ways = known.map(({ backend, facts }) => {
        const own = facts.get(kind);
        return { backend, way: own === undefined ? 'none' : way(own) };
      });
      return new Set(ways.map(one => one.way)).size > 1 ? [{ kind, what, ways }] : [];
    });
  });
}

function aspects(kind: Kind, all: readonly DriverFacts[]): readonly Aspect[] {
  const features = [...new Set(all.flatMap(facts => Object.keys(facts.lacks)))].sort();
  const limits = [...new Set(all.flatMap(facts => Object.keys(facts.limits ?? {})))].sort();
  return [
    ['driver', facts => `${facts.driver} (${facts.label})`],
    ...Object.keys(SPECS[kind].shape).map((field): Aspect => [`change of ${field}`, facts => changeOf(field, facts)]),
    ['renaming', facts => (facts.renames ? 'in place' : 'made anew')],
    ['made anew with its', facts => facts.rebuildWith.join(', ') || 'nothing'],
    ['removing loses', facts => (facts.losesState ? 'its state' : 'nothing')],
    ...limits.map((field): Aspect => [`most ${field}`, facts => limitOf(field, facts)]),
    ...features.map((feature): Aspect => [feature === '*' ? kind : feature, facts => lackOf(feature, facts)]),
  ];
}

function changeOf(field: string, { mutable }: DriverFacts): string {
  const how = (mutable as Readonly<Record<string, string | undefined>>)[field];
  if (how === undefined) return 'made anew';
  return how === 'live' ? 'in place' : 'restart';
}

function limitOf(field: string, { limits }: DriverFacts): string {
  const limit = limits?.[field];
  return limit === undefined ? 'as the box has' : `${limit.most}: ${limit.why}`;
}

function lackOf(feature: string, { lacks }: DriverFacts): string {
  const why = lacks[feature];
  return why === undefined ? 'yes' : `no: ${why}`;
}
