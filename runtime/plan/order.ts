// Which step waits for which. Wanted things follow what they need; what goes away goes after everything that used it.
import type { Address } from '../model/address.ts';
import type { GatewayDesign } from '../model/design.ts';
import type { Observed } from '../model/observed.ts';
import { claimsOf } from './claims.ts';
import { topologicalOrder } from './dag.ts';
import type { Draft, Drafts } from './draft.ts';
import { Edges, type Ordered } from './edges.ts';
import { guarded, observedNeeds } from './references.ts';

/**
 * Puts drafts in an order that respects what they need.
 * @throws GatewrightError GW_PLAN_CYCLE when resources of the design need each other in a circle
 */
export function orderDrafts(drafts: Drafts, design: GatewayDesign, observed: Observed): readonly Ordered[] {
  // WHY first on the design alone: a circle there is the drawing's, and is named by its resources.
  topologicalOrder(new Map(Object.values(design.resources).map(({ address, needs }) => [address, needs])));
  const edges = new Edges(drafts);
  const removed = [...drafts.values()].filter(draft => draft.action === 'remove');
  const kept = [...drafts.values()].filter(draft => draft.action !== 'remove');
  wantedAfterNeeds(edges, kept, design);
  // Everything below is about what goes away.
  if (removed.length === 0) return edges.sorted();
  const stands = observedNeeds(observed);
  removedAfterRemovedUsers(edges, removed, stands);
  stoppedInReverse(edges, removed);
  const urgent = claimedAfterReleased(edges, kept, removed);
  removedAfterChangedUsers(edges, kept, stands, urgent);
  guardsAfterGuarded(edges, kept, observed);
  return edges.sorted();
}

/** A wanted thing waits for what it needs, also through things that have nothing to do themselves. */
function wantedAfterNeeds(edges: Edges, kept: readonly Draft[], design: GatewayDesign): void {
  const known = new Map<Address, readonly Address[]>();
  const nearest = (address: Address): readonly Address[] => {
    const before = known.get(address);
    if (before !== undefined) return before;
    const needs = design.resources[address]?.needs ?? [];
    const found = [...new Set(needs.flatMap(need => (edges.has(need) ? [need] : nearest(need))))];
    known.set(address, found);
    return found;
  };
  for (const { address } of kept) for (const need of nearest(address)) edges.add(address, need);
}

type Stands = ReadonlyMap<Address, readonly Address[]>;

function removedAfterRemovedUsers(edges: Edges, removed: readonly Draft[], stands: Stands): void {
  for (const user of removed) for (const used of stands.get(user.address) ?? []) edges.addRemoval(used, user.address);
}

/** VMs stop in the reverse of their start order: each level waits for the next one. */
function stoppedInReverse(edges: Edges, removed: readonly Draft[]): void {
  const levels = new Map<number, Address[]>();
  for (const { address, observed } of removed) {
    const order = observed !== undefined && 'startOrder' in observed.spec ? observed.spec.startOrder : undefined;
    if (order !== undefined) levels.set(order, [...(levels.get(order) ?? []), address]);
  }
  const ascending = [...levels].sort(([a], [b]) => a - b).map(([, addresses]) => addresses);
  for (const [index, level] of ascending.entries())
    for (const address of level) for (const later of ascending[index + 1] ?? []) edges.add(address, later);
}

/**
 * What takes over something exclusive (a VNI, a MAC) waits until its holder is gone.
 * @returns everything that has to go early because of that; nothing else may hold these removals back
 */
function claimedAfterReleased(edges: Edges, kept: readonly Draft[], removed: readonly Draft[]): ReadonlySet<Address> {
  const holders = new Map<string, Address>();
  for (const { address, kind, observed } of removed)
    for (const claim of claimsOf(kind, observed?.spec ?? {})) holders.set(claim, address);
  const urgent = new Set<Address>();
  for (const { address, kind, resource } of kept)
    for (const claim of claimsOf(kind, resource?.spec ?? {})) {
      const holder = holders.get(claim);
      if (holder === undefined) continue;
      edges.add(address, holder);
      for (const early of edges.closure(holder)) urgent.add(early);
    }
  return urgent;
}

/** What a changed thing stood on until now goes after the change. */
function removedAfterChangedUsers(
  edges: Edges,
  kept: readonly Draft[],
  stands: Stands,
  urgent: ReadonlySet<Address>,
): void {
  for (const { address, observed } of kept)
    for (const used of observed === undefined ? [] : (stands.get(observed.address) ?? []))
      if (!urgent.has(used)) edges.addRemoval(used, address);
}

/** A policy lets go of a VM or an edge leg only when that is gone, so that nothing is ever unguarded. */
function guardsAfterGuarded(edges: Edges, kept: readonly Draft[], observed: Observed): void {
  for (const { address, kind, observed: found } of kept)
    if (kind === 'policy' && found !== undefined)
      for (const ward of guarded(found, observed)) if (edges.isRemoval(ward)) edges.add(address, ward);
}
