// The picture of a topology that was laid out: gateways, zones, wires, boxes, one over the other.
import { svgElement } from '../../element.ts';
import type { Words } from '../../words.ts';
import type { Topology, TopologyNode } from './graph.ts';
import { boxId, type Place, type Placed } from './layout-graph.ts';
import { gatewayArea, gatewayTitle, zoneArea, zoneTitle } from './picture-areas.ts';
import { boxOf } from './picture-boxes.ts';
import { PICTURE_STYLE } from './picture-style.ts';
import { plateOf, wireOf } from './picture-wires.ts';

export interface Picture {
  readonly root: SVGElement;
  /** What can be chosen, by id, in reading order. */
  readonly nodes: ReadonlyMap<string, SVGElement>;
}

export function pictureOf({ boxes, nodes, links }: Topology, placed: Placed, words: Words): Picture {
  const at = <T>(items: readonly T[], idOf: (item: T) => string, make: (item: T, place: Place) => SVGElement) =>
    items.flatMap(item => {
      const place = placed.places.get(idOf(item));
      return place === undefined ? [] : [make(item, place)];
    });
  const gateway = ({ gateway: name }: { readonly gateway: string }) => boxId(name);
  const zones = boxes.flatMap(box => box.zones);
  const id = (one: { readonly id: string }) => one.id;
  const made = new Map<string, SVGElement>();
  const box = (node: TopologyNode, place: Place) => {
    const root = boxOf(node, place, words);
    made.set(node.id, root);
    return root;
  };
  const standings = new Map(nodes.map(node => [node.id, node.standing]));
  const standingOf = (node: string) => standings.get(node);
  const parts = [
    ...at(boxes, gateway, (_, place) => gatewayArea(place)),
    ...at(zones, id, zoneArea),
    ...links.flatMap(link => wireOf(link, placed.wires.get(link.id))),
    ...at(boxes, gateway, (one, place) => gatewayTitle(one, place, words)),
    ...at(zones, id, (zone, place) => zoneTitle(zone, place, words)),
    ...at(inReadingOrder(nodes, placed), id, box),
    ...links.flatMap(link => plateOf(link, placed.wires.get(link.id), standingOf, words)),
  ];
  return { root: svgElement('g', { class: 'gwt' }, svgElement('style', {}, PICTURE_STYLE), ...parts), nodes: made };
}

/** From the field to the cloud, whichever way that goes. */
function inReadingOrder(nodes: readonly TopologyNode[], { places, width, height }: Placed): readonly TopologyNode[] {
  const place = ({ id }: TopologyNode) => places.get(id) ?? { x: 0, y: 0 };
  const along = width > height ? (['x', 'y'] as const) : (['y', 'x'] as const);
  const [first, then] = along;
  return nodes.toSorted((a, b) => place(a)[first] - place(b)[first] || place(a)[then] - place(b)[then]);
}
