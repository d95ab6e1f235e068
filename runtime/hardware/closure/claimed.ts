// All claims on one box, with what each takes along, and who has what. What rules look at.
import type { Box } from '../../model/box.ts';
import { type Claim, compare, isGiven } from './claim.ts';
import { type Closure, closureOf, unitsHeld } from './closure.ts';
import { Inventory } from './inventory.ts';
import { type Unit, unitOf, unitsOf } from './unit.ts';

export interface Claimed {
  readonly claim: Claim;
  /** Of another design on the same host. */
  readonly isElsewhere: boolean;
  /** What it names itself. */
  readonly units: readonly Unit[];
  /** What a VM has with it; what the host keeps takes nothing along. */
  readonly closure: Closure;
}

/** What the host cannot be without. */
export type Vital = 'management' | 'boot disk';

export interface Claims {
  readonly inventory: Inventory;
  /** In the order of their addresses. */
  readonly all: readonly Claimed[];
  /** Whoever names a thing itself, in the order of addresses. */
  readonly holders: ReadonlyMap<Unit, readonly Claimed[]>;
  /** Everything that somebody names or takes along. */
  readonly taken: ReadonlySet<Unit>;
  readonly vital: ReadonlyMap<Unit, Vital>;
}

export interface ClaimInput {
  readonly box: Box;
  /** Of one design on the box. */
  readonly claims: readonly Claim[];
  /** Of other designs on the same box. */
  readonly elsewhere?: readonly Claim[];
}

export function lookUp({ box, claims, elsewhere = [] }: ClaimInput): Claims {
  const inventory = new Inventory(box);
  const named = [
    ...claims.map(claim => ({ claim, isElsewhere: false })),
    ...elsewhere.map(claim => ({ claim, isElsewhere: true })),
  ]
    .toSorted((a, b) => compare(a.claim.address, b.claim.address))
    .map(each => ({ ...each, units: unitsHeld(each.claim, inventory) }));
  // Only now: a claim may have told of an adapter that the box does not list.
  const all = named.map(each => ({ ...each, closure: takenBy(each.claim, each.units, inventory) }));
  const holders = new Map<Unit, Claimed[]>();
  for (const each of all)
    for (const unit of each.units) {
      const known = holders.get(unit);
      if (known === undefined) holders.set(unit, [each]);
      else known.push(each);
    }
  const taken = new Set(all.flatMap(each => [...each.closure.keys()]));
  return { inventory, all, holders, taken, vital: vitalUnits(box) };
}

function takenBy(claim: Claim, units: readonly Unit[], inventory: Inventory): Closure {
  return isGiven(claim) ? closureOf(units, inventory) : new Map(units.map(unit => [unit, 'held']));
}

function vitalUnits({ ports, disks }: Box): ReadonlyMap<Unit, Vital> {
  const cards = ports.filter(port => port.management === true).flatMap(port => unitsOf(port.address));
  return new Map<Unit, Vital>([
    ...cards.map(unit => [unit, 'management'] as const),
    ...disks.filter(disk => disk.boot === true).map(disk => [unitOf('disk', disk.name), 'boot disk'] as const),
  ]);
}
