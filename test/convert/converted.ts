// Flows of other packs, converted and compiled, as tests want them.
import { NODE_TYPES } from '../../nodes/catalog.ts';
import { type Compiled, compile } from '../../runtime/compile/compile.ts';
import { applyConversion, type Replaced } from '../../runtime/convert/apply-conversion.ts';
import type { Conversion, NewNode } from '../../runtime/convert/conversion.ts';
import { convertFlow } from '../../runtime/convert/convert-flow.ts';
import { FOREIGN_TYPES } from '../../runtime/convert/foreign/catalog.ts';
import { openFlow } from '../../runtime/convert/open-flow.ts';
import type { LineSpec } from '../../runtime/model/kinds/line.ts';

export interface Converted extends Compiled, Conversion {
  readonly flow: readonly NewNode[];
}

export function converted(text: string | readonly object[], what: Replaced = 'disabled'): Converted {
  const { nodes, diagnostics } = openFlow(text);
  if (diagnostics.length > 0) throw new Error(diagnostics.map(({ summary }) => summary).join(' '));
  const conversion = convertFlow(nodes, FOREIGN_TYPES);
  const flow = applyConversion(nodes, conversion, what);
  return { ...conversion, flow, ...compile(flow, NODE_TYPES) };
}

export function linesOf({ design }: Compiled): readonly LineSpec[] {
  return Object.values(design.resources).flatMap(({ kind, spec }) => (kind === 'line' ? [spec as LineSpec] : []));
}

/** Body of the new function node that stands in for a node, as Node-RED runs it. */
export function functionOf({ flow }: Pick<Converted, 'flow'>, id: string): (msg: object) => unknown {
  const node = flow.find(one => one.id === id && one.type === 'function');
  if (node === undefined) throw new Error(`there is no function node ${id}`);
  return new Function('msg', String(node.func)) as (msg: object) => unknown;
}
