// Overlays share one number space and one underlay: a VNI belongs to one switch, a tunnel address to one gateway.
import type { Draft } from '../../model/lowering.ts';
import { draftsOf } from '../drafts.ts';
import type { Compilation } from './compilation.ts';

export function checkOverlays(compilation: Compilation): void {
  checkVnis(compilation);
  checkTunnelAddresses(compilation);
}

function checkVnis({ resources, findings }: Compilation): void {
  const owners = new Map<number, Draft<'segment'>>();
  const reported = new Set<string>();
  for (const segment of draftsOf('segment', resources)) {
    const { vni } = segment.spec;
    if (vni === undefined || vni === 0) continue;
    const owner = owners.get(vni);
    if (owner === undefined) owners.set(vni, segment);
    else if (owner.source.node !== segment.source.node && !reported.has(segment.source.node)) {
      reported.add(segment.source.node);
      findings.add({
        code: 'GW_VNI_TWICE',
        source: segment.source,
        field: 'vni',
        summary: `${owner.spec.vswitch} and ${segment.spec.vswitch} have the same VNI ${vni}, so their traffic would mix.`,
        remedy: 'Give each overlay a VNI of its own.',
        related: [owner.source],
      });
    }
  }
}

/** Only gateways that carry an overlay need an address that is theirs alone. */
function checkTunnelAddresses({ drawing, scope, resources, findings }: Compilation): void {
  const used = new Set(draftsOf('segment', resources).flatMap(({ spec }) => spec.tunnelAddress ?? []));
  const owners = new Map<string, string>();
  for (const node of drawing.nodes.values()) {
    const { gateway } = node.broken ? {} : scope.facets(node);
    if (gateway?.tunnelAddress === undefined || !used.has(gateway.tunnelAddress)) continue;
    const owner = owners.get(gateway.tunnelAddress);
    if (owner === undefined) owners.set(gateway.tunnelAddress, gateway.name);
    else
      findings.add({
        code: 'GW_TUNNEL_TWICE',
        source: node.source,
        field: 'tunnelAddress',
        summary: `${owner} and ${gateway.name} have the same tunnel address ${gateway.tunnelAddress}.`,
        remedy: 'Give each gateway the address it has in the network between the gateways.',
      });
  }
}
