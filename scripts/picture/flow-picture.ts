// The picture of a drawing, as the canvas shows it: nodes where they stand, with their ports and wires in the looks of their kinds.
import { kindsShownIn, kindsShownOut } from '../../editor/canvas/port-looks.ts';
import { needsLightText } from '../../editor/light-text.ts';
import type { Drawing, WiredNode, WireEnd } from '../../editor/wiring.ts';
import type { NodeType } from '../../runtime/model/node-type.ts';
import type { Look } from './look.ts';
import { plugMark, wireColour } from './plug.ts';
import { escaped, icon } from './svg.ts';

/** A node of flow JSON, as far as a picture shows it. */
export interface FlowNode {
  readonly id: string;
  readonly type: string;
  readonly name?: unknown;
  readonly x?: unknown;
  readonly y?: unknown;
  readonly wires?: unknown;
  /** Size of a group. */
  readonly w?: unknown;
  readonly h?: unknown;
}

interface Box {
  readonly id: string;
  readonly label: string;
  readonly look: Look;
  readonly wired: WiredNode;
  readonly wires: readonly (readonly string[])[];
  /** Of the top left corner. */
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Rough width of a letter of 13 px. */
const LETTER = 7.2;
const LEAST_WIDTH = 100;
const LEAST_HEIGHT = 30;
/** Between two outputs of one node. */
const PORT_STEP = 13;
const MARGIN = 20;
/** Of a node that is not ours. */
const STRANGER: Look = { color: '#d9d9d9', icon: '' };

/**
 * @param title  what the picture shows, for who cannot see it
 * @param types  our node types by name
 * @param looks  their looks by name
 */
export function flowPicture(
  title: string,
  flow: readonly FlowNode[],
  types: ReadonlyMap<string, NodeType>,
  looks: ReadonlyMap<string, Look>,
): string {
  const boxes = flow.flatMap(node => boxOf(node, types.get(node.type), looks.get(node.type) ?? STRANGER));
  const drawing = drawingOf(boxes);
  const { left, top, width, height } = frameOf([...boxes, ...flow.filter(isGroup).map(areaOf)]);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="${left} ${top} ${width} ${height}" role="img" font-family="Helvetica, Arial, sans-serif" font-size="13">`,
    `<title>${escaped(title)}</title>`,
    `<rect x="${left}" y="${top}" width="${width}" height="${height}" rx="6" fill="#fff"/>`,
    ...flow.filter(isGroup).map(groupOf),
    ...boxes.flatMap(box => wiresOf(box, boxes, drawing)),
    ...boxes.flatMap(box => nodeOf(box, drawing)),
    '</svg>\n',
  ].join('\n');
}

function boxOf(node: FlowNode, type: NodeType | undefined, look: Look): Box[] {
  if (typeof node.x !== 'number' || typeof node.y !== 'number' || !Array.isArray(node.wires)) return [];
  const label = typeof node.name === 'string' && node.name !== '' ? node.name : node.type.replace('gatewright-', '');
  const wires = node.wires as readonly (readonly string[])[];
  const width = Math.max(LEAST_WIDTH, Math.ceil(label.length * LETTER) + (look.icon === '' ? 30 : 56));
  const height = Math.max(LEAST_HEIGHT, wires.length * PORT_STEP + 8);
  const place = { x: node.x - width / 2, y: node.y - height / 2, width, height };
  return [{ id: node.id, label, look, wires, wired: wiredOf(node, type, label), ...place }];
}

const isGroup = (node: FlowNode) => node.type === 'group';

type Area = Pick<Box, 'x' | 'y' | 'width' | 'height'>;

function areaOf({ x, y, w, h }: FlowNode): Area {
  return { x: Number(x), y: Number(y), width: Number(w), height: Number(h) };
}

function frameOf(areas: readonly Area[]) {
  const left = Math.min(...areas.map(area => area.x)) - MARGIN;
  const top = Math.min(...areas.map(area => area.y)) - MARGIN;
  const width = Math.max(...areas.map(area => area.x + area.width)) + MARGIN - left;
  const height = Math.max(...areas.map(area => area.y + area.height)) + MARGIN - top;
  return { left, top, width, height };
}

function groupOf(group: FlowNode): string {
  const { x, y, width, height } = areaOf(group);
  const label = `<text x="${x + 6}" y="${y + 16}" fill="#555">${escaped(String(group.name ?? ''))}</text>`;
  return `<rect x="${x}" y="${y}" width="${width}" height="${height}" rx="4" fill="none" stroke="#8a8f98" stroke-dasharray="6 3"/>${label}`;
}

function wiredOf(node: FlowNode, type: NodeType | undefined, label: string): WiredNode {
  const bare = { id: node.id, type: node.type, label };
  if (type === undefined || type.role !== 'design') return { ...bare, ports: undefined };
  const parsed = type.config.safeParse({ ...type.defaults, ...node });
  const kinds = parsed.success ? type.outputs(parsed.data).map(({ kind }) => kind) : [];
  const ports = { accepts: type.accepts, outputs: kinds, passes: type.passes === true, keeps: type.keeps ?? [] };
  return { ...bare, ports, kinds };
}

function drawingOf(boxes: readonly Box[]): Drawing {
  const outgoing = new Map<string, WireEnd[]>();
  const incoming = new Map<string, WireEnd[]>();
  const byId = new Map(boxes.map(box => [box.id, box]));
  const add = (to: Map<string, WireEnd[]>, id: string, end: WireEnd) => to.set(id, [...(to.get(id) ?? []), end]);
  for (const { id, wired, wires } of boxes)
    for (const [port, targets] of wires.entries())
      for (const target of targets.flatMap(each => byId.get(each) ?? [])) {
        add(outgoing, id, { node: target.wired, port });
        add(incoming, target.id, { node: wired, port });
      }
  return { outgoing: ({ id }) => outgoing.get(id) ?? [], incoming: ({ id }) => incoming.get(id) ?? [] };
}

function nodeOf(box: Box, drawing: Drawing): string[] {
  const { x, y, width, height, label, look, wired, wires } = box;
  const ink = needsLightText(look.color) ? '#fff' : '#222';
  const middle = y + height / 2;
  const inset = look.icon === '' ? 14 : 36;
  const hasInput = wired.ports === undefined ? drawing.incoming(wired).length > 0 : wired.ports.accepts.length > 0;
  return [
    `<rect x="${x}" y="${y}" width="${width}" height="${height}" rx="5" fill="${look.color}" stroke="#999"/>`,
    ...(look.icon === '' ? [] : [icon(look.icon, x + 6, middle - 15)]),
    `<text x="${x + inset}" y="${middle + 4.5}" fill="${ink}">${escaped(label)}</text>`,
    ...(hasInput ? [plugMark(kindsShownIn(wired, drawing)[0] ?? '', x, middle)] : []),
    ...wires.map((_, port) => plugMark(kindsShownOut(wired, port, drawing)[0] ?? '', x + width, outputY(box, port))),
  ];
}

function outputY({ y, height, wires }: Box, port: number): number {
  return y + height / 2 + (port - (wires.length - 1) / 2) * PORT_STEP;
}

function wiresOf(box: Box, boxes: readonly Box[], drawing: Drawing): string[] {
  return box.wires.flatMap((targets, port) => {
    const colour = wireColour(kindsShownOut(box.wired, port, drawing)[0]);
    const from = { x: box.x + box.width, y: outputY(box, port) };
    return boxes
      .filter(({ id }) => targets.includes(id))
      .map(target => {
        const to = { x: target.x, y: target.y + target.height / 2 };
        const bend = Math.max(40, Math.abs(to.x - from.x) / 2);
        const path = `M${from.x} ${from.y}C${from.x + bend} ${from.y} ${to.x - bend} ${to.y} ${to.x} ${to.y}`;
        return `<path d="${path}" fill="none" stroke="${colour}" stroke-width="2.5"/>`;
      });
  });
}
