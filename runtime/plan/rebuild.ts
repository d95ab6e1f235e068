// What cannot outlive the replacement of something it stands on, as its driver declares, is made anew too.

import type { Address } from '../model/address.ts';
import type { GatewayDesign } from '../model/design.ts';
import type { Observed } from '../model/observed.ts';
import type { Draft, Drafts } from './draft.ts';
import type { FactsByKind } from './facts.ts';
import { byLayer } from './layers.ts';

/** Turns dependents of replaced things into replacements, layer by layer, so that one replacement can pull a chain along. */
export function rebuildDependents(
  drafts: Drafts,
  design: GatewayDesign,
  observed: Observed,
  facts: FactsByKind,
): Drafts {
  const result = new Map<Address, Draft>(drafts);
  for (const resource of byLayer(Object.values(design.resources))) {
    const { address, kind } = resource;
    const draft = result.get(address);
    const found = draft?.observed ?? observed.resources[address];
    if (found === undefined || draft?.action === 'replace') continue;
    const kinds = facts.get(kind)?.rebuildWith ?? [];
    const because = resource.needs.find(need => {
      const needed = result.get(need);
      return needed?.action === 'replace' && kinds.includes(needed.kind);
    });
    if (because === undefined) continue;
    const changes = draft?.changes ?? [];
    const was = draft?.was === undefined ? {} : { was: draft.was };
    result.set(address, { action: 'replace', address, kind, resource, observed: found, changes, ...was, because });
  }
  return result;
}
