// A flow with a conversion in it. What becomes of the nodes that are replaced, the user chooses.
import { type FlowNode, listOf, textsOf } from '../compile/flow-node.ts';
import type { Conversion, ConversionReport, NewNode, NewWire } from './conversion.ts';

/** `disabled`: switched off. `kept`: left as they are. `removed`: taken out, with all else that has no counterpart. */
export const REPLACED_WAYS = ['disabled', 'kept', 'removed'] as const;
export type Replaced = (typeof REPLACED_WAYS)[number];

/** @returns flow JSON */
export function applyConversion(
  nodes: readonly FlowNode[],
  { added, wires, report }: Conversion,
  what: Replaced,
): readonly NewNode[] {
  const off = new Set(what === 'disabled' ? report.replaced : []);
  const gone = new Set(what === 'removed' ? removable(report) : []);
  const byNode = Map.groupBy(wires, ({ from }) => from);
  const old = nodes
    .filter(({ id }) => !gone.has(id))
    .map(({ id, type, raw }) => ({
      ...raw,
      ...{ id, type },
      ...(off.has(id) ? { d: true } : {}),
      ...(byNode.has(id) || gone.size > 0 ? wiresOf(raw.wires, byNode.get(id) ?? [], gone) : {}),
    }));
  return [...old, ...added];
}

/**
 * Ids of all nodes of other packs that do not go on as they are. WHY those without a counterpart too: Node-RED starts no flow in
 * which a type is missing, even where it is switched off.
 */
export function removable({ entries, replaced }: ConversionReport): readonly string[] {
  const others = entries.filter(({ outcome }) => outcome !== 'kept').map(({ node }) => node);
  return [...new Set([...replaced, ...others])];
}

/** Absent for what has none, such as a config node. */
function wiresOf(wires: unknown, more: readonly NewWire[], gone: ReadonlySet<string>) {
  if (wires === undefined && more.length === 0) return {};
  const outputs = listOf(wires).map(textsOf);
  const count = Math.max(outputs.length, ...more.map(({ port }) => port + 1));
  const joined = Array.from({ length: count }, (_, at) => [
    ...new Set([...(outputs[at] ?? []), ...more.filter(({ port }) => port === at).map(({ to }) => to)]),
  ]);
  return { wires: joined.map(targets => targets.filter(target => !gone.has(target))) };
}
