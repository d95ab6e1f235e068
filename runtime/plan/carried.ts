// Whose traffic goes through a thing, read out of what is observed.
import type { Address } from '../model/address.ts';
import type { Observed, ObservedResource } from '../model/observed.ts';
import { append, mentions } from './references.ts';

/** Addresses of the ports that lose traffic when this thing does not work. */
export type Carried = (found: ObservedResource) => readonly Address[];

/** Finds ports downwards by reference, and sideways through the segment they share. */
export function carriedPorts(observed: Observed): Carried {
  let users: Users | undefined;
  return found => {
    users ??= usersOf(observed);
    return portsThrough(found, users, observed);
  };
}

/** By address: who mentions it. */
type Users = ReadonlyMap<Address, readonly ObservedResource[]>;

function usersOf(observed: Observed): Users {
  const users = new Map<Address, ObservedResource[]>();
  for (const found of Object.values(observed.resources))
    for (const used of mentions(found.spec)) append(users, used, found);
  return users;
}

function portsThrough(found: ObservedResource, users: Users, observed: Observed): readonly Address[] {
  switch (found.kind) {
    case 'port':
      return [found.address];
    case 'segment':
      return portsOn(found.address, users);
    case 'edge':
      return portsOn(segmentOf(found), users);
    case 'proxy': {
      const guarded = portsNamed(found, observed);
      return guarded.length > 0 ? guarded : portsOn(segmentOf(found), users);
    }
    case 'vm':
    case 'policy':
      return portsNamed(found, observed);
    case 'line':
    case 'device':
    case 'gate':
      return []; // what hangs on it are VMs, which keep their networks
    case 'uplink': {
      const through = users.get(found.address) ?? [];
      const segments = through.map(user => (user.kind === 'segment' ? user.address : segmentOf(user)));
      return [...new Set(segments)].flatMap(segment => portsOn(segment, users));
    }
  }
}

function portsNamed(found: ObservedResource, observed: Observed): readonly Address[] {
  return [...mentions(found.spec)].filter(address => observed.resources[address]?.kind === 'port');
}

function portsOn(segment: Address | undefined, users: Users): readonly Address[] {
  const on = segment === undefined ? [] : (users.get(segment) ?? []);
  return on.filter(user => user.kind === 'port').map(user => user.address);
}

function segmentOf(found: ObservedResource): Address | undefined {
  return 'segment' in found.spec ? found.spec.segment : undefined;
}
