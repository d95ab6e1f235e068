// Where a rollback goes to, and how renames are taken back. Pure.
import type { Address, Name } from '../model/address.ts';
import { emptyDesign, type GatewayDesign } from '../model/design.ts';
import type { Backend } from '../model/gateway.ts';
import type { Resource } from '../model/resource.ts';
import type { Entry, Journal } from './journal.ts';

export interface Target {
  /** 0 = nothing of ours. */
  readonly generation: number;
  readonly design: GatewayDesign;
}

/** The entry a user's rollback takes back: the last attempt when it broke off, else the last applied one. */
export function entryToUndo(journal: Journal): Entry | undefined {
  const newest = journal.newest();
  const brokeOff = newest?.state === 'failed' || newest?.state === 'cancelled';
  return brokeOff ? newest : journal.applied(1)[0];
}

/** What is below an entry on the stack of applied ones. */
export function targetBelow(entry: Entry, journal: Journal, gateway: Name, backend: Backend): Target {
  const below = journal.applied(2).find(applied => applied.id !== entry.id);
  if (below === undefined) return { generation: 0, design: emptyDesign({ name: gateway, backend }) };
  return { generation: below.generation, design: withRenamesTakenBack(below.design, entry.design) };
}

/** WHY: without this a rollback over a rename would remove the renamed VM and make the old one anew. */
function withRenamesTakenBack(design: GatewayDesign, undone: GatewayDesign): GatewayDesign {
  const laterNames = new Map<Address, Address>();
  for (const resource of Object.values<Resource>(undone.resources))
    if (resource.was !== undefined) laterNames.set(resource.was, resource.address);
  const resources = Object.entries<Resource>(design.resources).map(([address, resource]) => {
    const was = undone.resources[address] === undefined ? laterNames.get(resource.address) : undefined;
    return [address, was === undefined ? resource : { ...resource, was }] as const;
  });
  return { ...design, resources: Object.fromEntries(resources) };
}
