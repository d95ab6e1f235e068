// Reads all policies of a gateway from the kernel. Never writes.
import type { Host } from '../../host/host.ts';
import { type Address, type Name, parseAddress } from '../../model/address.ts';
import type { PolicySpec } from '../../model/kinds/policy.ts';
import type { ObservedResource } from '../../model/observed.ts';
import { formatTag } from '../../model/tag.ts';
import { readStatus } from './counters.ts';
import { strays, withStrays } from './decode/compare.ts';
import { decode } from './decode/decode.ts';
import type { Tables } from './decode/finding.ts';
import { bridgeTable } from './encode/bridge.ts';
import { inetTable } from './encode/inet.ts';
import { tableName } from './encode/surroundings.ts';
import { seeGates } from './gates/gates.ts';
import type { Nft } from './kernel/nft.ts';
import type { NftTable } from './kernel/table.ts';
import { readBridgeNetfilter } from './netfilter.ts';
import { TABLE_NAME, tagOf, tenantOf } from './ownership.ts';
import { effectiveLinks, hasUplinks, readForeignMembers } from './uplinks.ts';

/** Both tables of one name, as far as they exist. */
export interface Pair {
  readonly bridge?: NftTable;
  readonly inet?: NftTable;
}

export async function readPair(nft: Nft, name: string, signal?: AbortSignal): Promise<Pair> {
  const bridge = await nft.table('bridge', name, signal);
  const inet = await nft.table('inet', name, signal);
  return { ...(bridge === undefined ? {} : { bridge }), ...(inet === undefined ? {} : { inet }) };
}

/** Names of tables that may be ours. */
export async function listNames(nft: Nft, signal?: AbortSignal): Promise<readonly string[]> {
  const names = (await nft.tables(signal)).map(table => table.name);
  return [...new Set(names)].filter(name => TABLE_NAME.test(name)).sort();
}

export async function observePolicies(
  nft: Nft,
  host: Host,
  gateway: Name,
  signal?: AbortSignal,
): Promise<ObservedResource<'policy'>[]> {
  const found: ObservedResource<'policy'>[] = [];
  const netfilter = (await readBridgeNetfilter(host)) ?? false;
  for (const name of await listNames(nft, signal)) {
    const pair = await readPair(nft, name, signal);
    const tag = tagOf(pair.inet) ?? tagOf(pair.bridge);
    if (tag === undefined || parseAddress(tag.address)?.gateway !== gateway) continue;
    const address = tag.address as Address<'policy'>;
    const seen = readPolicy(address, pair);
    const { status, ...gated } = await withGates(nft, address, seen, signal);
    const spec = await withoutLostUplinks(host, { ...seen, ...gated }, signal);
    found.push({
      address,
      kind: 'policy',
      spec: { ...spec, bridgeNetfilter: netfilter },
      generation: seen.generation,
      status: { ...seen.status, ...status },
    });
  }
  return found;
}

/** With what its links wait for, which is in a table of its own. */
async function withGates(nft: Nft, address: Address<'policy'>, { spec, uplinks }: Seen, signal?: AbortSignal) {
  if (spec.links === undefined) return { spec };
  const around = { table: '', tag: '', tenant: '', zones: {}, cards: {}, uplinks };
  const { links, refused, waitsFor } = await seeGates(nft, address, spec.links, around, signal);
  const status = { gates: refused, ...(waitsFor.length === 0 ? {} : { waitsFor }) };
  return { spec: { ...spec, links }, status };
}

interface Seen {
  readonly spec: Partial<PolicySpec>;
  readonly generation: number;
  readonly status: Readonly<Record<string, unknown>>;
  readonly uplinks: Readonly<Record<Address, string>>;
}

/** A policy of which a table is missing, switched off or another's has no effect worth the name: its spec is empty. */
export function readPolicy(address: Address<'policy'>, { bridge, inet }: Pair): Seen {
  const tags = [tagOf(bridge), tagOf(inet)];
  const generation = Math.min(...tags.map(tag => tag?.generation ?? 0));
  const whole = tags.every(tag => tag?.address === address) && bridge?.name === tableName(address);
  const off = [bridge, inet].some(table => (table?.flags.length ?? 0) > 0);
  if (bridge === undefined || inet === undefined || !whole || off)
    return { spec: {}, generation, status: {}, uplinks: {} };
  const { spec, around, clean } = decode({ bridge, inet });
  const tenant = tenantOf(inet);
  const links = clean
    ? checkedLinks({ ...spec, tenant, bridgeNetfilter: true }, around, address, { bridge, inet })
    : spec.links;
  const status = { ...readStatus(spec, { bridge, inet }) };
  return { spec: { tenant, bindings: spec.bindings, links }, generation, status, uplinks: around.uplinks };
}

/** Writes what was read once more and looks for what the tables hold beside it. */
function checkedLinks(
  spec: PolicySpec,
  around: ReturnType<typeof decode>['around'],
  address: Address<'policy'>,
  { bridge, inet }: Tables,
): PolicySpec['links'] {
  const whole = (table: NftTable) => ({
    ...around,
    table: tableName(address),
    tenant: spec.tenant,
    tag: formatTag({ address, generation: tagOf(table)?.generation ?? 0 }),
  });
  const found = [...strays(bridge, bridgeTable(spec, whole(bridge))), ...strays(inet, inetTable(spec, whole(inet)))];
  return withStrays(spec.links, found, address);
}

async function withoutLostUplinks(host: Host, seen: Seen, signal?: AbortSignal): Promise<Partial<PolicySpec>> {
  const { links } = seen.spec;
  if (links === undefined || !hasUplinks(links)) return seen.spec;
  return { ...seen.spec, links: effectiveLinks(links, seen.uplinks, await readForeignMembers(host, signal)) };
}
