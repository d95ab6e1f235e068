// A flow with a conversion in it. Every node that was there stays: those that are replaced are switched off, or left as they are.
import { type FlowNode, listOf, textsOf } from '../compile/flow-node.ts';
import type { Conversion, NewNode, NewWire } from './conversion.ts';

export type Replaced = 'disabled' | 'untouched';

/** @returns flow JSON */
export function applyConversion(
  nodes: readonly FlowNode[],
  { added, wires, report: { replaced } }: Conversion,
  what: Replaced,
): readonly NewNode[] {
  const off = new Set(what === 'disabled' ? replaced : []);
  const byNode = Map.groupBy(wires, ({ from }) => from);
  const old = nodes.map(({ id, type, raw }) => ({
    ...raw,
    ...{ id, type },
    ...(off.has(id) ? { d: true } : {}),
    ...(byNode.has(id) ? { wires: joined(raw.wires, byNode.get(id) ?? []) } : {}),
  }));
  return [...old, ...added];
}

function joined(wires: unknown, more: readonly NewWire[]): readonly (readonly string[])[] {
  const outputs = listOf(wires).map(textsOf);
  const count = Math.max(outputs.length, ...more.map(({ port }) => port + 1));
  return Array.from({ length: count }, (_, at) => [
    ...new Set([...(outputs[at] ?? []), ...more.filter(({ port }) => port === at).map(({ to }) => to)]),
  ]);
}
