// Gateways and the zones of tenants in them. Their titles are drawn after the wires, which may cross them.
import type { Words } from '../../words.ts';
import type { TopologyBox, TopologyZone } from './graph.ts';
import type { Place } from './layout-graph.ts';
import { frame, placedGroup, standingRow, text, trustRow } from './picture-strokes.ts';
import { standingText, trustText } from './texts.ts';

export function gatewayArea(place: Place): SVGElement {
  return placedGroup(place, 'gwt-box', frame(place, 6));
}

export function gatewayTitle(
  { gateway, label, connected, trust }: TopologyBox,
  place: Place,
  words: Words,
): SVGElement {
  const more = label === undefined || label === 'real' ? '' : `, ${words(`label.${label}.word`)}`;
  const proof =
    trust === undefined ? [] : trustRow(trust, words('topology.boxTrust', { state: trustText(trust, words) }), 24);
  const second = connected ? proof : standingRow('unknown', words('gateway.away'), 28);
  return placedGroup(place, 'gwt-title', text(gateway + more, 10, 18, 'gwt-name'), ...second);
}

export function zoneArea({ colour }: TopologyZone, place: Place): SVGElement {
  if (colour === undefined) return placedGroup(place, 'gwt-zone gwt-zone-plain', frame(place, 6));
  const paint = { fill: colour, 'fill-opacity': 0.14, stroke: colour };
  return placedGroup(place, 'gwt-zone', frame(place, 6, paint));
}

export function zoneTitle({ tenant, policy }: TopologyZone, place: Place, words: Words): SVGElement {
  const isOdd = policy !== undefined && policy !== 'in-place';
  const second = isOdd ? standingRow(policy, words('topology.policy', { state: standingText(policy, words) }), 28) : [];
  return placedGroup(place, 'gwt-title', text(tenant, 10, 18, 'gwt-name'), ...second);
}
