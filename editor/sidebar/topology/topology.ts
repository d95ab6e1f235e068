// From what is seen of gateways and what is drawn to the picture of them. Pure and deterministic: no layout, no words.
import type { Address, Name } from '../../../runtime/model/address.ts';
import type { Design } from '../../../runtime/model/design.ts';
import { trustOf } from '../trust-of.ts';
import type { Topology, TopologyBox, TopologyZone } from './graph.ts';
import { linksOf } from './links.ts';
import { nodesOf } from './nodes.ts';
import { type GatewaySight, ofKind, type Thing, tenantOf, thingsOf } from './thing.ts';
import { tunnelsOf } from './tunnels.ts';

/** What is drawn, as far as the picture needs it. */
export type DrawnPart = Pick<Design, 'resources' | 'tenants'>;

/** @param design  `null` before the first deploy */
export function topologyOf(design: DrawnPart | null, sights: readonly GatewaySight[]): Topology {
  const seen = [...sights]
    .sort((a, b) => (a.state.name < b.state.name ? -1 : 1))
    .map(sight => ({ sight, things: thingsOf(design, sight) }));
  const tunnels = tunnelsOf(seen.flatMap(({ things }) => ofKind(things, 'segment')));
  const nodes = seen.flatMap(({ sight, things }) => nodesOf(things, sight.state));
  const links = seen.flatMap(({ sight, things }) => linksOf(things, sight.state));
  const known = new Set([...nodes, ...tunnels.peers].map(({ id }) => id));
  return {
    boxes: seen.map(({ sight, things }) => boxOf(sight, things, design)),
    nodes: [...nodes, ...tunnels.peers],
    // An end may be missing: half of what an older version made, or a tenant's part that somebody took away.
    links: [...links, ...tunnels.links].filter(({ from, to }) => known.has(from) && known.has(to)),
  };
}

function boxOf({ state, observed }: GatewaySight, things: ReadonlyMap<Address, Thing>, design: DrawnPart | null) {
  return {
    gateway: state.name,
    label: state.label,
    connected: state.connected,
    seenAtMs: observed?.atMs,
    trust: trustOf(state, 'host'),
    zones: zonesOf(state.name, things, design),
  } satisfies TopologyBox;
}

function zonesOf(
  gateway: Name,
  things: ReadonlyMap<Address, Thing>,
  design: DrawnPart | null,
): readonly TopologyZone[] {
  const tenants = [...things.values()].flatMap(thing => tenantOf(thing) ?? []);
  const policies = new Map(ofKind(things, 'policy').map(({ spec, standing }) => [spec.tenant, standing]));
  return [...new Set(tenants)].sort().map(tenant => ({
    id: `zone.${gateway}/${tenant}`,
    tenant,
    colour: design?.tenants[tenant]?.colour,
    policy: policies.get(tenant),
  }));
}
