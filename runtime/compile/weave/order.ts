// What must exist before what. The kinds are a closed set, so the order among them is written down here once.
import { type Address, formatAddress, type Kind, parseAddress } from '../../model/address.ts';
import type { Gated } from '../../model/kinds/gated.ts';
import type { Draft } from '../../model/lowering.ts';
import type { Resource } from '../../model/resource.ts';
import { draftsOf } from '../drafts.ts';
import { gatewayOf } from './stations.ts';

/** Resources with their needs, sorted by address. */
export function order(drafts: readonly Draft[]): readonly Resource[] {
  const known = new Set<string>(drafts.map(draft => draft.address));
  const before = startedBefore(draftsOf('vm', drafts));
  const judging = gatesOn(draftsOf('gate', drafts));
  const withNeeds = drafts.map((draft): Resource => {
    const needs = new Set([
      ...needsOf(draft),
      ...(before.get(draft.address) ?? []),
      ...(judging.get(draft.address) ?? []),
    ]);
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
    ...spec.links.flatMap(link => [link.segment, ...uplinkOf(link.port), ...gatesOf(link)]),
  ],
  edge: draft => [draft.spec.segment, draft.spec.uplink, policyOf(draft)],
  proxy: draft => [draft.spec.segment, policyOf(draft)],
  vm: draft => [...draft.spec.nics.map(nic => nic.port), policyOf(draft), ...gatesOf(draft.spec)],
  line: ({ spec }) => spec.ports.flatMap(port => [port.vm, ...gatesOf(port)]),
  gate: () => [],
  device: ({ spec }) => [spec.vm],
};

/** The gates that something waits for. */
function gatesOf({ gates = [] }: { readonly gates?: readonly Gated[] | undefined }): readonly Address[] {
  return gates.map(gate => gate.by);
}

/** WHY: what a VM may boot is said before it boots, so that a planned change is no alarm. */
function gatesOn(gates: readonly Draft<'gate'>[]): ReadonlyMap<Address, readonly Address[]> {
  const judging = gates.flatMap(({ address, spec: { subject } }) =>
    subject.of === 'vm' ? [{ vm: subject.vm as Address, address }] : [],
  );
  const byVm = Map.groupBy(judging, one => one.vm);
  return new Map([...byVm].map(([vm, of]) => [vm, of.map(one => one.address)]));
}

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
