// The picture of a node, as the canvas shows it: drawn from what its type declares, its look in the editor, and its words.
import { needsLightText } from '../../editor/light-text.ts';
import type { NodeType } from '../../runtime/model/node-type.ts';
import type { PortKind } from '../../runtime/model/wire.ts';
import type { NodeFolder } from '../build/node-folder.ts';
import { nodeCatalogue, type Words } from '../build/node-set.ts';
import { lookOf } from './look.ts';
import { plugMark } from './plug.ts';
import { escaped, icon as placed } from './svg.ts';

interface Port {
  readonly kind: PortKind;
  readonly words: string;
}

const ROW = 22;
const LEAST_HEIGHT = 34;
const NODE_WIDTH = 150;
/** Rough width of a letter of 12 px; the picture is never clipped, only a little wider than it needs. */
const LETTER = 7.4;

/**
 * The node as SVG.
 * @param nodes  configured nodes of reference designs: the one of this type with the most outputs is drawn
 * @throws Error when the look of the node cannot be read
 */
export function nodePicture(root: string, folder: NodeFolder, type: NodeType, nodes: readonly unknown[]): string {
  const catalogue = nodeCatalogue(root, folder, 'en-US');
  const { color, icon } = lookOf(folder);
  const config = { ...type.defaults, ...exampleOf(type, nodes) };
  const inputs = type.accepts.map(kind => ({ kind, words: kindWords(catalogue, kind) }));
  const outputs = outputsOf(type, config, catalogue);
  const title = text(catalogue.palette) ?? folder.name;
  const name = text((config as { name?: unknown }).name) || title;
  return svg({ title, name, color, icon, inputs, outputs, isConfig: type.role === 'config' });
}

function exampleOf(type: NodeType, nodes: readonly unknown[]): object {
  const own = nodes.filter((node): node is object => (node as { type?: unknown }).type === type.type);
  const count = (node: object) => {
    const parsed = type.config.safeParse({ ...type.defaults, ...node });
    return parsed.success ? type.outputs(parsed.data).length : 0;
  };
  return own.toSorted((a, b) => count(b) - count(a))[0] ?? {};
}

function outputsOf(type: NodeType, config: object, catalogue: Words): readonly Port[] {
  if (type.role === 'message') return [{ kind: 'message', words: kindWords(catalogue, 'message') }];
  if (type.role === 'config') return [];
  if (type.passes) return [{ kind: type.accepts[0] ?? 'message', words: 'what came in' }];
  const parsed = type.config.safeParse(config);
  if (!parsed.success) throw new Error(`a reference design has a faulty ${type.type}: ${parsed.error.message}`);
  return type.outputs(parsed.data).map(({ name, kind }) => ({ kind, words: `${name}: ${kindWords(catalogue, kind)}` }));
}

function kindWords(catalogue: Words, kind: PortKind): string {
  const kinds = catalogue.kind;
  return (typeof kinds === 'object' ? text(kinds[kind]) : undefined) ?? kind;
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

interface Drawing {
  readonly title: string;
  readonly name: string;
  readonly color: string;
  readonly icon: string;
  readonly inputs: readonly Port[];
  readonly outputs: readonly Port[];
  readonly isConfig: boolean;
}

function svg(drawing: Drawing): string {
  const { title, inputs, outputs } = drawing;
  const rows = Math.max(inputs.length, outputs.length, 1);
  const nodeHeight = Math.max(LEAST_HEIGHT, outputs.length * ROW);
  const height = Math.max(nodeHeight, rows * ROW) + 16;
  const left = widest(inputs) + 14;
  const width = Math.ceil(left + NODE_WIDTH + widest(outputs) + 14);
  const top = (height - nodeHeight) / 2;
  const about = `<title>The node ${escaped(title)}: takes ${said(inputs)}, gives ${said(outputs)}</title>`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" font-family="Helvetica, Arial, sans-serif" font-size="12">`,
    about,
    `<rect width="${width}" height="${height}" rx="6" fill="#fff"/>`,
    box(drawing, left, top, nodeHeight),
    inputs[0] === undefined ? '' : plugMark(inputs[0].kind, left, height / 2),
    ...inputs.map(({ words }, index) => label(left - 10, rowAt(height, inputs.length, index), 'end', words)),
    ...outputs.flatMap(({ kind, words }, index) => {
      const y = rowAt(height, outputs.length, index);
      return [plugMark(kind, left + NODE_WIDTH, y), label(left + NODE_WIDTH + 10, y, 'start', words)];
    }),
    '</svg>\n',
  ]
    .filter(line => line !== '')
    .join('\n');
}

function box({ name, color, icon, isConfig }: Drawing, x: number, y: number, height: number): string {
  const ink = needsLightText(color) ? '#fff' : '#222';
  const dashes = isConfig ? ' stroke-dasharray="5 3"' : '';
  const shape = `<rect x="${x}" y="${y}" width="${NODE_WIDTH}" height="${height}" rx="5" fill="${color}" stroke="#666"${dashes}/>`;
  const middle = y + height / 2;
  const inset = icon === '' ? 14 : 38;
  const shade = `<path d="M${x + 5} ${y}h25v${height}h-25a5 5 0 0 1-5-5v${10 - height}a5 5 0 0 1 5-5z" fill="#000" fill-opacity=".08"/>`;
  const sign = icon === '' ? '' : `${shade}${placed(icon, x + 5, middle - 15)}`;
  return `${shape}${sign}<text x="${x + inset}" y="${middle + 4}" fill="${ink}">${escaped(name)}</text>`;
}

function label(x: number, y: number, anchor: 'start' | 'end', words: string): string {
  return `<text x="${x}" y="${y + 4}" text-anchor="${anchor}" fill="#444">${escaped(words)}</text>`;
}

function rowAt(height: number, rows: number, index: number): number {
  return height / 2 + (index - (rows - 1) / 2) * ROW;
}

function widest(ports: readonly Port[]): number {
  return Math.ceil(Math.max(0, ...ports.map(({ words }) => words.length * LETTER)));
}

function said(ports: readonly Port[]): string {
  return ports.length === 0 ? 'nothing' : escaped(ports.map(({ words }) => words).join('; '));
}
