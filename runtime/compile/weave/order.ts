// What must exist before what. The kinds are a closed set, so the order among them is written down here once.
import { type Address, formatAddress, type Kind, parseAddress } from '../../model/address.ts';
import type { Draft } from '../../model/lowering.ts';
import type { Resource } from '../../model/resource.ts';
import { draftsOf } from '../drafts.ts';
import { gatewayOf } from './stations.ts';

/** Resources with their needs, sorted by address. */
export function order(drafts: readonly Draft[]): readonly Resource[] {
  const known = new Set<string>(drafts.map(draft => draft.address));
  const before = startedBefore(draftsOf('vm', drafts));
  const withNeeds = drafts.map((draft): Resource => {
    const needs = new Set([...needsOf(draft), ...(before.get(draft.address) ?? [])]);
    return { ...draft, needs: [...needs].filter(address => known.has(address)).sort() };
  });
  return withNeeds.sort((a, b) => (a.address < b.address ? -1 : 1));
}

function needsOf(draft: Draft): readonly Address[] {
  return NEEDS[draft.kind](draft as never);
}

const NEEDS: { readonly [K in Kind]: (draft: Draft<K>) => readonly Address[] } = {
  uplink: () => [],
  segment: ({ spec }) => (spec.uplink === undefined ? [] : [spec.uplink]),
  port: ({ spec }) => [spec.segment],
  policy: ({ spec }) => [
    ...spec.bindings.map(binding => binding.segment),
    ...spec.links.flatMap(link => [link.segment, ...uplinkOf(link.port)]),
  ],
  edge: draft => [draft.spec.segment, draft.spec.uplink, policyOf(draft)],
  proxy: draft => [draft.spec.segment, policyOf(draft)],
  vm: draft => [...draft.spec.nics.map(nic => nic.port), policyOf(draft)],
  line: ({ spec }) => spec.ports.map(port => port.vm),
  device: ({ spec }) => [spec.vm],
};

/** Rules on an uplink name its card. */
function uplinkOf(port: Address): readonly Address[] {
  return parseAddress(port)?.kind === 'uplink' ? [port] : [];
}

function policyOf(draft: Draft<'edge'> | Draft<'proxy'> | Draft<'vm'>): Address<'policy'> {
  return formatAddress('policy', gatewayOf(draft), draft.spec.tenant);
}

/** For each VM those of the next lower start order on its gateway; what is lower still follows from their own needs. */
function startedBefore(vms: readonly Draft<'vm'>[]): ReadonlyMap<Address, readonly Address[]> {
  const before = new Map<Address, readonly Address[]>();
  for (const group of Map.groupBy(vms, gatewayOf).values()) {
    const levels = [...Map.groupBy(group, vm => vm.spec.startOrder)].sort(([a], [b]) => a - b);
    for (const [index, [, level]] of levels.entries()) {
      const lower = levels[index - 1]?.[1].map(vm => vm.address) ?? [];
      for (const vm of level) before.set(vm.address, lower);
    }
  }
  return before;
}
