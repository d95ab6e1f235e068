// What has to happen to each address: nothing, or one of four actions. Knows no order and no impact.
import type { Address } from '../model/address.ts';
import type { GatewayDesign } from '../model/design.ts';
import type { Observed, ObservedResource } from '../model/observed.ts';
import type { FieldChange } from '../model/plan.ts';
import type { Resource } from '../model/resource.ts';
import { diff } from './diff.ts';
import type { Draft, Drafts } from './draft.ts';
import { type FactsByKind, mutabilityOf } from './facts.ts';
import { byLayer } from './layers.ts';
import { rebuildDependents } from './rebuild.ts';
import { pendingRenames } from './rename.ts';

/** Decides the action for everything drawn or observed. Equal things get none, so no draft means that all is as drawn. */
export function draftActions(design: GatewayDesign, observed: Observed, facts: FactsByKind): Drafts {
  const renames = pendingRenames(design, observed);
  const drafts = draftWanted(design, observed, facts, renames);
  const renamed = new Set(renames.values());
  for (const found of byLayer(Object.values(observed.resources))) {
    const { address, kind } = found;
    if (design.resources[address] !== undefined || renamed.has(address)) continue;
    drafts.set(address, { action: 'remove', address, kind, observed: found, changes: [] });
  }
  return rebuildDependents(drafts, design, observed, facts);
}

function draftWanted(
  design: GatewayDesign,
  observed: Observed,
  facts: FactsByKind,
  renames: ReadonlyMap<Address, Address>,
): Map<Address, Draft> {
  const drafts = new Map<Address, Draft>();
  // New address by old one. Filled on the way up: what refers to a renamed thing is in a higher layer.
  const renamedInPlace = new Map<unknown, Address>();
  for (const resource of byLayer(Object.values(design.resources))) {
    const was = renames.get(resource.address);
    const found = observed.resources[was ?? resource.address];
    const draft = found === undefined ? create(resource) : change(resource, found, facts, renamedInPlace);
    if (draft !== undefined) drafts.set(resource.address, draft);
    if (draft?.action === 'update' && was !== undefined) renamedInPlace.set(was, resource.address);
  }
  return drafts;
}

function create(resource: Resource): Draft {
  return { action: 'create', address: resource.address, kind: resource.kind, resource, changes: [] };
}

/** An update when the driver can change all that differs in place or by a restart, else a replace. */
function change(
  resource: Resource,
  found: ObservedResource,
  facts: FactsByKind,
  renamedInPlace: ReadonlyMap<unknown, Address>,
): Draft | undefined {
  const { address, kind } = resource;
  const driver = facts.get(kind);
  const renamed = found.address !== address;
  const changes = diff(found.spec, resource.spec).map((entry): FieldChange => {
    // WHY: pointing at the new name of the same running thing disturbs nobody, whatever the field is.
    const follows = entry.to !== undefined && renamedInPlace.get(entry.from) === entry.to;
    const how = follows ? 'live' : mutabilityOf(driver, entry.field);
    return how === undefined ? entry : { ...entry, how };
  });
  if (renamed) changes.unshift(rename(found.address, address, driver?.renames === true));
  if (changes.length === 0) return undefined;
  const draft = { address, kind, resource, observed: found, ...(renamed ? { was: found.address } : {}) };
  if (changes.every(entry => entry.how !== undefined)) return { ...draft, action: 'update', changes };
  return { ...draft, action: 'replace', changes };
}

function rename(from: Address, to: Address, inPlace: boolean): FieldChange {
  return { field: 'address', from, to, ...(inPlace ? { how: 'live' } : {}) };
}
