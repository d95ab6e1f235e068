// Which declared renames count. A rename is declared with `was`, never guessed from likeness.
import type { Address } from '../model/address.ts';
import type { GatewayDesign } from '../model/design.ts';
import type { Observed } from '../model/observed.ts';
import { byLayer } from './layers.ts';

/**
 * Old address by new one, for each rename that is still to be done: the old name is observed and no longer drawn, the new
 * one is not there yet, and nobody claimed the old one before. Anything else about `was` is history and has no effect.
 */
export function pendingRenames(design: GatewayDesign, observed: Observed): ReadonlyMap<Address, Address> {
  const renames = new Map<Address, Address>();
  const claimed = new Set<Address>();
  for (const resource of byLayer(Object.values(design.resources))) {
    const { address, was } = resource;
    if (was === undefined || claimed.has(was)) continue;
    const old = observed.resources[was];
    const pending = old?.kind === resource.kind && design.resources[was] === undefined;
    if (!pending || observed.resources[address] !== undefined) continue;
    renames.set(address, was);
    claimed.add(was);
  }
  return renames;
}
