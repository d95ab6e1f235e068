// One leg of an edge router: its addresses on both sides, and what is missing for it.
import { formatAddress } from '../../runtime/model/address.ts';
import type { DhcpServer } from '../../runtime/model/kinds/edge.ts';
import type { PolicedLink } from '../../runtime/model/kinds/policy.ts';
import type { Attachment, Draft, DrawnNode, Scope, SegmentFacet, UplinkFacet } from '../../runtime/model/lowering.ts';
import { deriveMac } from '../../runtime/model/mac.ts';
import { contains, parseCidr } from '../../runtime/model/network.ts';
import { leaseRange, parseSubnet, routerInterface, type Subnet } from '../../runtime/model/subnet.ts';
import type { EdgeConfig } from './config.ts';

export interface LegEnds {
  readonly entry: Attachment;
  readonly exit: Attachment;
  readonly segment: SegmentFacet;
  readonly uplink: UplinkFacet;
}

export interface Leg extends LegEnds {
  readonly draft: Draft<'edge'>;
  readonly place: Pick<PolicedLink, 'segment' | 'port' | 'outbound'>;
}

/** `undefined` when something is missing; that is reported. */
export function drawLeg(node: DrawnNode<EdgeConfig>, scope: Scope, ends: LegEnds): Leg | undefined {
  reportUnguarded(node, scope, ends);
  const subnet = subnetOf(node, scope, ends);
  const outside = outsideOf(node, scope, ends);
  if (subnet === undefined || outside === undefined) return undefined;
  reportOverlap(node, scope, ends, { subnet, outside });
  const { segment, uplink } = ends;
  const address = formatAddress('edge', uplink.gateway, `${node.config.name}.${segment.name}`);
  const was = formatAddress('edge', uplink.gateway, `${node.config.was || node.config.name}.${segment.was}`);
  const on = formatAddress('segment', uplink.gateway, segment.name);
  const draft: Draft<'edge'> = {
    address,
    kind: 'edge',
    ...(was === address ? {} : { was }),
    source: node.source,
    spec: {
      tenant: segment.tenant,
      router: node.config.name,
      segment: on,
      uplink: uplink.address,
      inside: routerInterface(subnet),
      insideMac: deriveMac(`${was} inside`),
      mtu: segment.mtu,
      outside,
      outsideMac: deriveMac(`${was} outside`),
      ...(node.config.defaultGateway === '' ? {} : { defaultGateway: node.config.defaultGateway }),
      nat: node.config.nat,
      ...dhcpOf(node.config, subnet),
      dns: node.config.dns,
      routes: node.config.routes,
    },
  };
  return { ...ends, draft, place: { segment: on, port: address, outbound: 'to-port' } };
}

/** Fixed leases are filled in once the stations of the whole segment are known. */
function dhcpOf({ dhcp, leaseSeconds }: EdgeConfig, subnet: Subnet): { readonly dhcp?: DhcpServer } {
  return dhcp ? { dhcp: { ...leaseRange(subnet), leaseSeconds, hosts: [] } } : {};
}

function subnetOf(node: DrawnNode, scope: Scope, { entry, segment }: LegEnds): Subnet | undefined {
  if (segment.subnet !== undefined) return parseSubnet(segment.subnet);
  scope.report({
    code: 'GW_SUBNET_MISSING',
    node: entry.from,
    field: 'subnet',
    summary: `${segment.name} has no network, so the edge router ${node.label} cannot have an address on it.`,
    remedy: 'Fill in the network of the switch, such as 10.0.0.0/24.',
    related: [node],
  });
  return undefined;
}

function outsideOf(node: DrawnNode<EdgeConfig>, scope: Scope, { entry, segment }: LegEnds): string | undefined {
  const row = node.config.outside.find(candidate => candidate.vswitch === segment.name);
  if (row !== undefined) return row.address;
  scope.report({
    code: 'GW_OUTSIDE_MISSING',
    node,
    field: 'outside',
    summary: `${node.label} has no outside address for ${segment.name}.`,
    remedy: `Add a row for ${segment.name} with a free address of the network beyond the uplink.`,
    related: [entry.from],
  });
  return undefined;
}

/** A router cannot tell which side an address is on when both sides have it. */
function reportOverlap(
  node: DrawnNode,
  scope: Scope,
  { entry, segment }: LegEnds,
  { subnet, outside }: { readonly subnet: Subnet; readonly outside: string },
): void {
  const beyond = parseCidr(outside);
  if (beyond === undefined) return;
  if (!contains(subnet.cidr, beyond.address) && !contains(beyond, subnet.cidr.address)) return;
  scope.report({
    code: 'GW_SUBNET_OVERLAP',
    node,
    field: 'outside',
    summary: `${node.label} has ${segment.subnet} of ${segment.name} on one side and ${outside} on the other; these overlap.`,
    remedy: 'Choose another network for the switch, or correct the outside address.',
    related: [entry.from],
  });
}

function reportUnguarded(node: DrawnNode, scope: Scope, { entry, exit, segment }: LegEnds): void {
  if (entry.firewalls.length + exit.firewalls.length > 0) return;
  scope.report({
    code: 'GW_UPLINK_UNGUARDED',
    node: entry.from,
    summary: `${segment.name} reaches the uplink ${exit.to.label} through ${node.label} without a firewall.`,
    remedy: `Put a firewall between ${segment.name} and ${node.label}, or between ${node.label} and ${exit.to.label}.`,
    related: [node, exit.to],
  });
}
