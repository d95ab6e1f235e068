// The static forwarding table of an overlay: per peer one flood entry and one entry per station, in the VXLAN device's table
// (which peer) and in the bridge's (behind the tunnel, and not to be moved by whoever sends with that address). Pure.
import { type FdbEntry, FLOOD_MAC } from '../../host/linux/fdb.ts';
import type { BatchLine } from '../../host/linux/ip.ts';
import type { TunnelPeer } from '../../model/kinds/segment.ts';
import type { Resource } from '../../model/resource.ts';
import { type SegmentDevices, segmentDevices } from './segment-devices.ts';

/** Lines of a `bridge` batch that turn the present table into the drawn one; none when it is the drawn one. */
export function forwardingLines(
  { address, spec }: Resource<'segment'>,
  fdb: readonly FdbEntry[],
): readonly BatchLine[] {
  if (spec.mode !== 'overlay') return [];
  const devices = segmentDevices(address);
  return [...tunnelLines(devices.tunnel, spec.peers, fdb), ...bridgeLines(devices, spec.peers, fdb)];
}

function tunnelLines(tunnel: string, peers: readonly TunnelPeer[], fdb: readonly FdbEntry[]): readonly BatchLine[] {
  const wanted = peers.flatMap(peer => [FLOOD_MAC, ...peer.macs].map(mac => ({ mac, destination: peer.address })));
  const present = tunnelEntries(tunnel, fdb);
  const without = (all: readonly Route[], some: readonly Route[]) => {
    const keys = new Set(some.map(routeKey));
    return all.filter(route => !keys.has(routeKey(route)));
  };
  return [
    ...without(present, wanted).map(route => ['fdb', 'del', route.mac, 'dev', tunnel, 'dst', route.destination]),
    // Only the flood entry may have several destinations; a station has one.
    ...without(wanted, present).map(({ mac, destination }) => {
      const verb = mac === FLOOD_MAC ? 'append' : 'replace';
      return ['fdb', verb, mac, 'dev', tunnel, 'dst', destination];
    }),
  ];
}

interface Route {
  readonly mac: string;
  readonly destination: string;
}

function routeKey({ mac, destination }: Route): string {
  return `${mac} ${destination}`;
}

function tunnelEntries(tunnel: string, fdb: readonly FdbEntry[]): readonly Route[] {
  return fdb
    .filter(entry => entry.device === tunnel)
    .flatMap(({ mac, destination }) => (destination === undefined ? [] : [{ mac, destination }]));
}

function bridgeLines(
  { bridge, tunnel }: SegmentDevices,
  peers: readonly TunnelPeer[],
  fdb: readonly FdbEntry[],
): readonly BatchLine[] {
  const wanted = new Set(peers.flatMap(peer => peer.macs));
  const present = fixedEntries(bridge, tunnel, fdb);
  const fits = new Set(present.filter(entry => entry.sticky).map(entry => entry.mac));
  return [
    ...present.filter(({ mac }) => !wanted.has(mac)).map(({ mac }) => ['fdb', 'del', mac, 'dev', tunnel, 'master']),
    ...[...wanted]
      .filter(mac => !fits.has(mac))
      .map(mac => ['fdb', 'replace', mac, 'dev', tunnel, 'master', 'static', 'sticky']),
  ];
}

function fixedEntries(bridge: string, tunnel: string, fdb: readonly FdbEntry[]): readonly FdbEntry[] {
  return fdb.filter(entry => entry.device === tunnel && entry.bridge === bridge && entry.state === 'static');
}

/**
 * Reads the table back as peers. A station counts when both tables have it. A peer that is not flooded to hears no ARP, so
 * its stations do not count either.
 */
export function readPeers({ bridge, tunnel }: SegmentDevices, fdb: readonly FdbEntry[]): readonly TunnelPeer[] {
  const routes = tunnelEntries(tunnel, fdb);
  const fixed = new Set(fixedEntries(bridge, tunnel, fdb).map(entry => entry.mac));
  const flooded = new Set(routes.filter(route => route.mac === FLOOD_MAC).map(route => route.destination));
  const reach = (peer: string, mac: string) => mac !== FLOOD_MAC && flooded.has(peer) && fixed.has(mac);
  const peers = [...new Set(routes.map(route => route.destination))].sort();
  return peers.map(address => ({
    address,
    macs: routes
      .filter(route => route.destination === address && reach(address, route.mac))
      .map(route => route.mac)
      .sort(),
  }));
}
