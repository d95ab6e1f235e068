// Fills in what needs the whole switch: the tunnel peers of overlay segments, and the fixed leases of edge legs.
import type { DhcpServer } from '../../model/kinds/edge.ts';
import type { TunnelPeer } from '../../model/kinds/segment.ts';
import type { Draft } from '../../model/lowering.ts';
import { compareText, isKind } from '../drafts.ts';
import { findSwitches, gatewayOf, type Switch } from './stations.ts';

export function fillPeers(drafts: readonly Draft[]): readonly Draft[] {
  const switches = findSwitches(drafts);
  const peers = new PeerTable();
  return drafts.map(draft => {
    if (isKind('segment', draft)) return withPeers(draft, switches.get(draft.address), peers);
    if (isKind('edge', draft)) return withHosts(draft, switches.get(draft.spec.segment));
    return draft;
  });
}

function withPeers(draft: Draft<'segment'>, one: Switch | undefined, peers: PeerTable): Draft<'segment'> {
  if (draft.spec.mode !== 'overlay' || one === undefined) return draft;
  const own = draft.spec.tunnelAddress;
  return { ...draft, spec: { ...draft.spec, peers: peers.of(one).filter(peer => peer.address !== own) } };
}

/** Every end of an overlay with the stations behind it, made once for each switch. */
class PeerTable {
  readonly #known = new Map<readonly Draft[], readonly TunnelPeer[]>();

  of({ segments, stations }: Switch): readonly TunnelPeer[] {
    const known = this.#known.get(segments);
    if (known !== undefined) return known;
    const behind = Map.groupBy(stations, station => station.gateway);
    const ends = segments.flatMap(segment => {
      const address = segment.spec.tunnelAddress;
      const macs = (behind.get(gatewayOf(segment)) ?? []).map(station => station.mac);
      return address === undefined ? [] : [{ address, macs: [...new Set(macs)].sort() }];
    });
    ends.sort((a, b) => compareText(a.address, b.address));
    this.#known.set(segments, ends);
    return ends;
  }
}

function withHosts(draft: Draft<'edge'>, one: Switch | undefined): Draft<'edge'> {
  if (draft.spec.dhcp === undefined || one === undefined) return draft;
  const hosts = one.stations.flatMap(({ mac, ips, vm }): DhcpServer['hosts'] => {
    const [ip] = ips;
    return ip === undefined || vm === undefined ? [] : [{ mac, ip, name: vm }];
  });
  hosts.sort((a, b) => compareText(a.mac, b.mac));
  return { ...draft, spec: { ...draft.spec, dhcp: { ...draft.spec.dhcp, hosts } } };
}
