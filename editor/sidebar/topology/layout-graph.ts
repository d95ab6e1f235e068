// The topology as elkjs wants it: boxes in zones in gateways, with sizes that no change of a state alters, so that a picture stays
// where it is while things start and stop. Pure.
import type { ElkEdgeSection, ElkExtendedEdge, ElkNode } from 'elkjs/lib/elk-api.js';
import type { Topology, TopologyBox, TopologyLink, TopologyNode, TopologyZone } from './graph.ts';

/** From the field to the cloud: to the right, or down where there is no room for that. */
export type Direction = 'RIGHT' | 'DOWN';

/** Widths of letters in px, on the safe side: names have lower-case letters, digits and hyphens. */
const NAME_LETTER = 7.4;
export const SMALL_LETTER = 6.4;

export const NODE_HEIGHT = 46;
/** One more line, in a box whose machine is asked for proofs, and for each row at a wire. */
export const ROW_HEIGHT = 16;
/** The longest word of a state and its mark have room in it. */
const LEAST_WIDTH = 128;
const MOST_WIDTH = 240;

const ALL: Readonly<Record<string, string>> = {
  'elk.algorithm': 'layered',
  'elk.hierarchyHandling': 'INCLUDE_CHILDREN',
  'elk.edgeRouting': 'ORTHOGONAL',
  'elk.json.shapeCoords': 'ROOT',
  'elk.json.edgeCoords': 'ROOT',
  'elk.spacing.nodeNode': '22',
  'elk.spacing.edgeNode': '14',
  'elk.spacing.edgeLabel': '2',
  'elk.layered.spacing.edgeNodeBetweenLayers': '14',
  'elk.layered.nodePlacement.strategy': 'NETWORK_SIMPLEX',
};

/** On each wire is room for a word. */
const BETWEEN: Readonly<Record<Direction, Readonly<Record<string, string>>>> = {
  RIGHT: { 'elk.layered.spacing.nodeNodeBetweenLayers': '72' },
  DOWN: { 'elk.layered.spacing.nodeNodeBetweenLayers': '32' },
};

export function layoutGraph({ boxes, nodes, links }: Topology, direction: Direction): ElkNode {
  // elkjs asks each thing that holds others for these.
  const all = { ...ALL, ...BETWEEN[direction], 'elk.direction': direction };
  return {
    id: 'root',
    layoutOptions: { ...all, 'elk.padding': padding(8, 8) },
    children: boxes.map(box => boxNode(box, nodes, all)),
    edges: links.map(edgeOf),
  };
}

type Options = Readonly<Record<string, string>>;

function boxNode({ gateway, zones }: TopologyBox, nodes: readonly TopologyNode[], all: Options): ElkNode {
  const own = nodes.filter(node => node.gateway === gateway);
  const shared = own.filter(({ tenant }) => zones.every(zone => zone.tenant !== tenant));
  return {
    id: boxId(gateway),
    layoutOptions: { ...all, ...titled(gateway, 120) },
    children: [...shared.map(leaf), ...zones.map(zone => zoneNode(zone, own, all))],
  };
}

export function boxId(gateway: string): string {
  return `box.${gateway}`;
}

function zoneNode({ id, tenant }: TopologyZone, own: readonly TopologyNode[], all: Options): ElkNode {
  return {
    id,
    // Wires of many VMs to one switch run together; those of several tenants are kept apart.
    layoutOptions: { ...all, ...titled(tenant, 24), 'elk.layered.mergeEdges': 'true' },
    children: own.filter(node => node.tenant === tenant).map(leaf),
  };
}

/** Room for the title, also where there is little in it. */
function titled(title: string, more: number): Options {
  return {
    'elk.padding': padding(48, 14),
    'elk.nodeSize.constraints': 'MINIMUM_SIZE',
    'elk.nodeSize.minimum': `(${Math.max(LEAST_WIDTH, nameWidth(title) + more)}, 52)`,
  };
}

function leaf({ id, name, trust }: TopologyNode): ElkNode {
  return { id, width: nodeWidth(name), height: NODE_HEIGHT + (trust === undefined ? 0 : ROW_HEIGHT) };
}

function nodeWidth(name: string): number {
  return Math.min(MOST_WIDTH, Math.max(LEAST_WIDTH, nameWidth(name) + 42));
}

function nameWidth(name: string): number {
  return Math.ceil(name.length * NAME_LETTER);
}

/** Most letters of a name in a box; longer ones are cut, and shown whole in the details. */
export const MOST_NAME_LETTERS = Math.floor((MOST_WIDTH - 42) / NAME_LETTER);

/** Room for the longest words of how something is proven, in any language. */
const PROOF_LETTERS = 16;

/** What stands at a wire: a row for each firewall, then two for each gate, of which the second says how it is proven. */
function edgeOf(link: TopologyLink): ElkExtendedEdge {
  const { firewalls, gates } = link;
  const rows = [...firewalls, ...gates.flatMap(({ name }) => [name, ' '.repeat(PROOF_LETTERS)])];
  const width = Math.ceil(Math.max(0, ...rows.map(row => row.length)) * SMALL_LETTER) + 26;
  const label = { id: `label ${link.id}`, text: rows.join('\n'), width, height: rows.length * ROW_HEIGHT + 4 };
  return {
    ...{ id: link.id, sources: [link.from], targets: [link.to] },
    labels: rows.length === 0 ? [] : [{ ...label, layoutOptions: { 'elk.edgeLabels.placement': 'CENTER' } }],
  };
}

function padding(top: number, sides: number): string {
  return `[top=${top},left=${sides},bottom=${sides},right=${sides}]`;
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Place extends Point {
  readonly width: number;
  readonly height: number;
}

export interface PlacedWire {
  readonly points: readonly Point[];
  /** Of what stands at it. */
  readonly label?: Place | undefined;
}

/** Where everything is, in px from the left and the top of the picture. */
export interface Placed {
  readonly width: number;
  readonly height: number;
  /** Boxes, zones and gateways by id. */
  readonly places: ReadonlyMap<string, Place>;
  readonly wires: ReadonlyMap<string, PlacedWire>;
}

/** Reads what elkjs answered. */
export function placedOf(root: ElkNode): Placed {
  const places = new Map<string, Place>();
  const visit = (node: ElkNode) => {
    for (const child of node.children ?? []) {
      places.set(child.id, placeOf(child));
      visit(child);
    }
  };
  visit(root);
  const wires = (root.edges ?? []).map(edge => [edge.id, wireOf(edge)] as const);
  return { width: root.width ?? 0, height: root.height ?? 0, places, wires: new Map(wires) };
}

function placeOf({ x = 0, y = 0, width = 0, height = 0 }: Partial<Place>): Place {
  return { x, y, width, height };
}

function wireOf({ sections = [], labels = [] }: ElkExtendedEdge): PlacedWire {
  const [label] = labels;
  return { points: sections.flatMap(pointsOf), label: label === undefined ? undefined : placeOf(label) };
}

function pointsOf({ startPoint, bendPoints = [], endPoint }: ElkEdgeSection): readonly Point[] {
  return [startPoint, ...bendPoints, endPoint].map(({ x, y }) => ({ x, y }));
}
