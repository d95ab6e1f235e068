// What a report says of each node of another pack.
import type { FlowNode } from '../compile/flow-node.ts';
import type { ConversionEntry } from './conversion.ts';
import type { DrawnLine } from './draw-line.ts';
import type { Stand } from './draw-messages.ts';
import type { FlowView } from './flow-view.ts';
import { type Found, type FoundLine, type FoundUse, labelOf } from './read-flow.ts';

/** A line of the flow, what it was drawn as, and what stands in for those who used it. */
export interface Drawn {
  readonly found: FoundLine;
  readonly line: DrawnLine;
  readonly stands: readonly Stand[];
}

const IN_SUBFLOW =
  'It is in a subflow, and nothing outside can be wired to that: wire its messages to the bus by hand. Its rules are drawn.';

/** @param lost  wires that found no end, by node: what they led to */
export function entriesOf(
  drawn: readonly Drawn[],
  found: Found,
  flow: FlowView,
  lost: ReadonlyMap<string, readonly string[]>,
): readonly ConversionEntry[] {
  const lines = drawn.flatMap(one => [
    ...lineEntries(one),
    ...one.found.uses.map(use => useEntry(use, one, flow, lost)),
  ]);
  return [...lines, ...restEntries(found)];
}

function lineEntries({ found: { node, same, reading }, line: { line } }: Drawn): readonly ConversionEntry[] {
  const became = [line.bus, ...(line.firewall === undefined ? [] : [line.firewall]), line.vm];
  return [entryOf(node, became, reading.notes), ...same.map(one => entryOf(one, became, []))];
}

function useEntry(
  { node, reading }: FoundUse,
  { line: { line } }: Drawn,
  flow: FlowView,
  lost: ReadonlyMap<string, readonly string[]>,
): ConversionEntry {
  const gone = [...new Set(lost.get(node.id))].map(
    label => `Its wire to ${label} is not carried over, as that has no counterpart.`,
  );
  return entryOf(node, [line.bus], [...reading.notes, ...gone, ...(flow.isInSubflow(node) ? [IN_SUBFLOW] : [])]);
}

function entryOf(node: FlowNode, became: readonly string[], notes: readonly string[]): ConversionEntry {
  const outcome = notes.length === 0 ? 'converted' : 'partly';
  return { node: node.id, type: node.type, label: labelOf(node), outcome, became, notes };
}

/** What has no counterpart. */
export function restEntries({ rest }: Found): readonly ConversionEntry[] {
  return rest.map(({ node, reading: { outcome, why } }) => {
    return { node: node.id, type: node.type, label: labelOf(node), outcome, became: [], notes: [why] };
  });
}
