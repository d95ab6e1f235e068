// What an observed resource stands on. Observations carry no `needs`, so they are read out of the specs.
import { type Address, formatAddress, parseAddress } from '../model/address.ts';
import type { Observed, ObservedResource } from '../model/observed.ts';
import { LAYERS } from './layers.ts';

/** By observed address: the observed addresses it stands on, all of lower layers. */
export function observedNeeds(observed: Observed): ReadonlyMap<Address, readonly Address[]> {
  const all = Object.values(observed.resources);
  const policies = new Map<string, Address[]>();
  for (const found of all) if (found.kind === 'policy') append(policies, tenantOf(found) ?? '', found.address);
  return new Map(all.map(found => [found.address, needsOf(found, all, policies)]));
}

/** Tenant a resource belongs to, as observed; uplinks belong to nobody. */
export function tenantOf(found: Pick<ObservedResource, 'spec'>): string | undefined {
  const tenant = (found.spec as Readonly<Record<string, unknown>>).tenant;
  return typeof tenant === 'string' ? tenant : undefined;
}

/** The VMs and edge legs that an observed policy guards. */
export function guarded(policy: ObservedResource, observed: Observed): readonly Address[] {
  return [...mentions(policy.spec)].flatMap(address => {
    const parts = parseAddress(address);
    if (parts?.kind === 'edge') return [address];
    const spec = observed.resources[address]?.spec;
    const vm = parts?.kind === 'port' && spec !== undefined && 'vm' in spec ? spec.vm : undefined;
    return parts === undefined || vm === undefined ? [] : [formatAddress('vm', parts.gateway, vm)];
  });
}

/** Every address written anywhere in a spec. */
export function mentions(spec: unknown): ReadonlySet<Address> {
  const found = new Set<Address>();
  collect(spec, found);
  return found;
}

const REFERENCES: Readonly<Record<ObservedResource['kind'], readonly string[]>> = {
  uplink: [],
  segment: [],
  port: ['segment'],
  policy: ['tenant', 'bindings', 'links'],
  edge: ['tenant', 'segment', 'uplink'],
  proxy: ['tenant', 'segment', 'port'],
  vm: ['tenant', 'nics'],
  line: ['ports'],
  device: ['vm'],
  gate: ['subject'],
};

function needsOf(
  found: ObservedResource,
  all: readonly ObservedResource[],
  policies: ReadonlyMap<string, readonly Address[]>,
): readonly Address[] {
  const layer = LAYERS[found.kind];
  const halfMade = REFERENCES[found.kind].some(field => !Object.hasOwn(found.spec, field));
  // WHY: a half-made thing does not say what it stands on, so it goes before everything it might stand on.
  if (halfMade) return all.filter(other => LAYERS[other.kind] < layer).map(other => other.address);
  const named = [...mentions(found.spec)].filter(address => {
    const kind = parseAddress(address)?.kind;
    return kind !== undefined && LAYERS[kind] < layer;
  });
  return layer > LAYERS.policy && layer < LAYERS.line
    ? [...named, ...(policies.get(tenantOf(found) ?? '') ?? [])]
    : named;
}

function collect(value: unknown, found: Set<Address>): void {
  if (typeof value === 'string') {
    if (parseAddress(value) !== undefined) found.add(value as Address);
  } else if (typeof value === 'object' && value !== null) for (const item of Object.values(value)) collect(item, found);
}

/** Adds to the list under a key. */
export function append<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}
