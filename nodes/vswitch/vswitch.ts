// A virtual switch: one segment on each gateway it spans. Knows nothing of bridges and tunnels.
import { formatAddress, type Name } from '../../runtime/model/address.ts';
import type { Attachment, Contribution, Draft, DrawnNode, Scope, SegmentFacet } from '../../runtime/model/lowering.ts';
import type { NodeType } from '../../runtime/model/node-type.ts';
import { police } from '../../runtime/model/police.ts';
import { checkSwitch } from './checks.ts';
import { VswitchConfig } from './config.ts';

/** VXLAN over IPv4 takes 50 bytes of the 1,500 of Ethernet (RFC 7348 section 5). */
const AUTOMATIC_MTU = { local: 1500, overlay: 1450, vlan: 1500 } as const;

export const vswitch: NodeType<VswitchConfig> = {
  type: 'gatewright-vswitch',
  version: 1,
  role: 'design',
  config: VswitchConfig,
  defaults: { name: '', was: '', tenant: '', mode: 'local', vni: 0, vlan: 0, mtu: 0, subnet: '' },
  references: { tenant: 'gatewright-tenant' },
  accepts: ['nic'],
  outputs: () => [{ name: 'cloud', kind: 'segment' }],
  facets(node, references) {
    const tenant = references.tenant(node);
    return tenant === undefined ? {} : { segment: facetOf(node.config, tenant.name) };
  },
  gateways(node, scope) {
    const neighbours = [...scope.incoming(node).map(one => one.from), ...scope.outgoing(node).map(one => one.to)];
    return neighbours.flatMap(neighbour => scope.gateways(neighbour));
  },
  lower(node, scope) {
    const { segment } = scope.facets(node);
    if (segment === undefined) return {};
    checkSwitch(node, scope);
    const parts = scope.gateways(node).map(gateway => lowerOn(node, scope, segment, gateway));
    return { resources: parts.map(part => part.draft), links: parts.flatMap(part => part.links) };
  },
};

function facetOf({ name, was, mode, mtu, subnet, vlan }: VswitchConfig, tenant: Name): SegmentFacet {
  return {
    name,
    was: was || name,
    tenant,
    mode,
    mtu: mtu === 0 ? AUTOMATIC_MTU[mode] : mtu,
    ...(subnet === '' ? {} : { subnet }),
    ...(mode === 'vlan' ? { vlan } : {}),
  };
}

function lowerOn(node: DrawnNode<VswitchConfig>, scope: Scope, segment: SegmentFacet, gateway: Name) {
  const address = formatAddress('segment', gateway, segment.name);
  const uplinks = scope.outgoing(node).filter(one => scope.facets(one.to).uplink?.gateway === gateway);
  const draft: Draft<'segment'> = {
    address,
    kind: 'segment',
    ...(segment.was === segment.name ? {} : { was: formatAddress('segment', gateway, segment.was) }),
    source: node.source,
    spec: {
      tenant: segment.tenant,
      vswitch: segment.name,
      mode: segment.mode,
      mtu: segment.mtu,
      ...tunnelOf(node.config, scope.gatewayNamed(gateway)?.tunnelAddress),
      ...(segment.mode === 'vlan' ? { vlan: node.config.vlan } : {}),
      peers: [],
      ...uplinkOf(scope, uplinks[0]),
    },
  };
  return { draft, links: uplinks.flatMap(one => linksOf(scope, one, address)) };
}

function tunnelOf({ mode, vni }: VswitchConfig, tunnelAddress: string | undefined) {
  if (mode !== 'overlay') return {};
  return { vni, ...(tunnelAddress === undefined ? {} : { tunnelAddress }) };
}

function uplinkOf(scope: Scope, attachment: Attachment | undefined) {
  const uplink = attachment === undefined ? undefined : scope.facets(attachment.to).uplink;
  return uplink === undefined ? {} : { uplink: uplink.address };
}

function linksOf(
  scope: Scope,
  attachment: Attachment,
  segment: Draft<'segment'>['address'],
): NonNullable<Contribution['links']> {
  const { uplink } = scope.facets(attachment.to);
  return uplink === undefined
    ? []
    : police([attachment], scope, { segment, port: uplink.address, outbound: 'to-port' });
}
