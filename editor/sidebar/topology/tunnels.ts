// Overlays: tunnels between segments of gateways that are in the picture, and to gateways that are not. Pure.
import type { TopologyLink, TopologyNode } from './graph.ts';
import { worstOf } from './marks.ts';
import type { Thing } from './thing.ts';

type Segment = Thing<'segment'>;

export interface Tunnels {
  /** Gateways elsewhere, one box for each segment that leads there. */
  readonly peers: readonly TopologyNode[];
  readonly links: readonly TopologyLink[];
}

export function tunnelsOf(segments: readonly Segment[]): Tunnels {
  const peers: TopologyNode[] = [];
  const links = new Map<string, TopologyLink>();
  for (const segment of segments)
    for (const { address } of segment.spec.peers ?? []) {
      const other = segments.find(
        ({ spec }) => spec.tunnelAddress === address && spec.vni !== undefined && spec.vni === segment.spec.vni,
      );
      const peer = other === undefined ? peerOf(segment, address) : undefined;
      if (peer !== undefined) peers.push(peer);
      const link = tunnel(segment, other ?? segment, peer?.id ?? other?.address ?? '');
      links.set(link.id, link);
    }
  return { peers, links: [...links.values()] };
}

function peerOf({ address, gateway, spec }: Segment, at: string): TopologyNode {
  return {
    ...{ id: `peer.${address} ${at}`, kind: 'peer', name: at, gateway, tenant: spec.tenant },
    ...{ addresses: [], standing: 'unknown', facts: [], differences: [] },
  };
}

/** Both ends name each other; it is one tunnel. */
function tunnel(segment: Segment, other: Segment, to: string): TopologyLink {
  const [first, second] = [segment.address, to].sort() as [string, string];
  const both = [segment, other];
  return {
    ...{ id: `${first} ${second}`, from: first, to: second, sort: 'tunnel', firewalls: [], gates: [] },
    addresses: [...new Set(both.map(({ address }) => address))],
    standing: worstOf(both.map(({ standing }) => standing)),
    differences: both.flatMap(one =>
      one.differences.filter(({ field }) => field.startsWith('peers') || field === 'vni' || field === 'tunnelAddress'),
    ),
  };
}
