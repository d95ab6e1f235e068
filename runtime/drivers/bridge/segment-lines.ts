// Writes the `ip` batch that makes a segment's devices what its spec says, given what is there. Pure.
import type { BatchLine } from '../../host/linux/ip.ts';
import { plugIn, withoutIpv6 } from '../../host/linux/link-lines.ts';
import { aliasFor, isOwnLink, ownLink } from '../../host/linux/link-tag.ts';
import type { Link } from '../../host/linux/links.ts';
import { claimedLink } from '../../host/linux/uplink-claim.ts';
import { type Address, parseAddress } from '../../model/address.ts';
import { GatewrightError } from '../../model/errors.ts';
import type { Resource } from '../../model/resource.ts';
import { parseTag } from '../../model/tag.ts';
import { membersOf, segmentDevices } from './segment-devices.ts';
import { type TunnelDevice, tunnelDevice } from './tunnel-device.ts';

type Segment = Resource<'segment'>;

/**
 * @param links  all devices with their addresses
 * @throws GatewrightError GW_NETWORK_ORDER, GW_NETWORK_FOREIGN, GW_NETWORK_DEVICE_MISSING, GW_NETWORK_TAG_TOO_LONG
 */
export function segmentLines(segment: Segment, generation: number, links: readonly Link[]): readonly BatchLine[] {
  const { bridge } = segmentDevices(segment.address);
  return [
    ...bridgeLines(segment, generation, links),
    ...tunnelLines(segment, generation, links),
    ...cardLines(segment, links),
    ['link', 'set', 'dev', bridge, 'mtu', String(segment.spec.mtu)],
    ['link', 'set', 'dev', bridge, 'up'],
  ];
}

function bridgeLines({ address, spec }: Segment, generation: number, links: readonly Link[]): readonly BatchLine[] {
  const { bridge } = segmentDevices(address);
  const exists = ownLink(links, bridge, 'bridge', address) !== undefined;
  const facts = {
    tenant: spec.tenant,
    vswitch: spec.vswitch,
    ...(spec.vlan === undefined ? {} : { vlan: String(spec.vlan) }),
  };
  // No spanning tree and no snooping: the segment is a star without loops, and a snooping bridge without a querier would
  // cut multicast between quiet members.
  const options = ['stp_state', '0', 'forward_delay', '0', 'mcast_snooping', '0'];
  return [
    ...(exists ? [] : newBridgeLines(bridge, spec.mtu)),
    ['link', 'set', 'dev', bridge, 'alias', aliasFor({ address, generation, facts })],
    ['link', 'set', 'dev', bridge, 'type', 'bridge', ...options],
    // The host's own stack shall not be met on the bridge: it answers no ARP and has no IPv6 address there.
    ['link', 'set', 'dev', bridge, 'arp', 'off'],
    ...withoutIpv6(bridge, links),
  ];
}

/**
 * WHY the odd MTU: a bridge follows the MTUs of its members until its own was changed by hand, and setting the one it
 * happens to have is no change to the kernel.
 */
function newBridgeLines(bridge: string, mtu: number): readonly BatchLine[] {
  return [
    ['link', 'add', 'name', bridge, 'type', 'bridge'],
    ['link', 'set', 'dev', bridge, 'mtu', String(mtu - 1)],
  ];
}

function tunnelLines(segment: Segment, generation: number, links: readonly Link[]): readonly BatchLine[] {
  const { address, spec } = segment;
  const { bridge, tunnel } = segmentDevices(address);
  const wanted = tunnelDevice(segment, links);
  const existing = links.find(link => link.name === tunnel);
  if (existing !== undefined && existing.type !== wanted?.type && !isOwnTunnel(existing, address))
    throw foreign(tunnel, address, existing);
  if (wanted === undefined) return existing === undefined ? [] : [['link', 'del', 'dev', tunnel]];
  ownLink(links, tunnel, existing?.type ?? wanted.type, address);
  const fits = existing !== undefined && wanted.fits(existing);
  return [
    ...(existing === undefined || fits ? [] : [['link', 'del', 'dev', tunnel]]),
    ...(fits ? [] : [addLine(tunnel, wanted)]),
    ['link', 'set', 'dev', tunnel, 'alias', aliasFor({ address, generation })],
    ['link', 'set', 'dev', tunnel, 'mtu', String(spec.mtu)],
    ...withoutIpv6(tunnel, links),
    ...(wanted.stationsKnown ? plugIn(tunnel, bridge) : [['link', 'set', 'dev', tunnel, 'master', bridge]]),
    ['link', 'set', 'dev', tunnel, 'up'],
  ];
}

function addLine(name: string, { lower, type, options }: TunnelDevice): BatchLine {
  return ['link', 'add', ...(lower === undefined ? [] : ['link', lower]), 'name', name, 'type', type, ...options];
}

function isOwnTunnel(link: Link, address: Address<'segment'>): boolean {
  return isOwnLink(link, 'vxlan', address) || isOwnLink(link, 'vlan', address);
}

/** Plugs in the card of an untagged uplink, and gives back cards that are no longer drawn here. */
function cardLines(segment: Segment, links: readonly Link[]): readonly BatchLine[] {
  const { address, spec } = segment;
  const { bridge } = segmentDevices(address);
  const card = spec.uplink === undefined ? undefined : claimedLink(links, spec.uplink, address);
  const direct = spec.mode === 'vlan' ? undefined : card;
  if (direct?.master !== undefined && direct.master !== bridge) refuseForeignMaster(direct, links, address);
  const others = membersOf(bridge, links).cards.filter(member => member.name !== direct?.name);
  return [
    ...others.map(member => ['link', 'set', 'dev', member.name, 'nomaster']),
    ...(direct === undefined ? [] : [['link', 'set', 'dev', direct.name, 'master', bridge]]),
  ];
}

/** A card may come from another segment of ours, but not out of someone else's bridge. */
function refuseForeignMaster(card: Link, links: readonly Link[], address: Address<'segment'>): void {
  const master = links.find(link => link.name === card.master);
  const tag = master === undefined ? undefined : parseTag(master.alias);
  if (tag !== undefined && parseAddress(tag.address)?.kind === 'segment') return;
  const message = `${card.name} is plugged into ${card.master}, which is not ours; take it out or draw another uplink`;
  throw new GatewrightError('GW_NETWORK_FOREIGN', message, { address });
}

function foreign(device: string, address: Address<'segment'>, link: Link): GatewrightError {
  const message = `${device}, the tunnel device for ${address}, exists and is someone else's (a ${link.type ?? 'card'}); rename or remove it`;
  return new GatewrightError('GW_NETWORK_FOREIGN', message, { address });
}
