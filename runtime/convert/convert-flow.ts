// A flow of other packs → a drawing that does the same, with a report of what became of each node. Pure; touches no node of it.
import type { FlowNode } from '../compile/flow-node.ts';
import type { Conversion } from './conversion.ts';
import { drawLine } from './draw-line.ts';
import { drawMessages } from './draw-messages.ts';
import { type Drawn, entriesOf, restEntries } from './entries.ts';
import { FlowView } from './flow-view.ts';
import type { ForeignType } from './foreign-type.ts';
import { namesBeside } from './names.ts';
import { NewDrawing } from './new-drawing.ts';
import { placeOf } from './place.ts';
import { type Found, labelOf, readFlow } from './read-flow.ts';

/** Pixels between two lines on a tab, beside the rows of their messages. */
const BETWEEN = 120;
const ROW = 60;

/**
 * @param nodes  as `compile/parse` reads them
 * @param types  node types of other packs
 * @param gateway  name of the one of the flow that gets the lines; the first one when it is not said
 */
export function convertFlow(nodes: readonly FlowNode[], types: readonly ForeignType[], gateway?: string): Conversion {
  const flow = new FlowView(nodes);
  const found = readFlow(flow, types);
  const drawing = new NewDrawing(flow);
  if (found.lines.length === 0) return nothing(found);
  const names = namesBeside(nodes);
  const place = placeOf(flow, drawing, names, gateway);
  let below = 0;
  const drawn = found.lines.map(line => {
    const one = drawLine(line, { flow, drawing, names, place }, below);
    below +=
      BETWEEN + ROW * line.uses.reduce((rows, { reading }) => rows + reading.asks.length + (reading.hears ? 1 : 0), 0);
    return { found: line, line: one, stands: drawMessages(line, one, drawing, flow) };
  });
  const lost = rewire(drawn, found, flow, drawing);
  return {
    report: {
      gateway: place.gatewayName,
      lines: drawn.map(({ line }) => line.line),
      entries: entriesOf(drawn, found, flow, lost),
      replaced: drawn
        .flatMap(({ found: { node, same, uses, others } }) => [node, ...same, ...uses.map(use => use.node), ...others])
        .map(({ id }) => id),
    },
    added: drawing.added(),
    wires: drawing.wires(),
  };
}

function nothing(found: Found): Conversion {
  return { report: { gateway: '', lines: [], entries: restEntries(found), replaced: [] }, added: [], wires: [] };
}

/** Joins what stands in to those who were wired to the foreign nodes. @returns wires that found no end, by node */
function rewire(
  drawn: readonly Drawn[],
  found: Found,
  flow: FlowView,
  drawing: NewDrawing,
): ReadonlyMap<string, readonly string[]> {
  const stands = new Map(drawn.flatMap(one => one.stands).map(stand => [stand.node.id, stand]));
  const gone = new Map(found.rest.map(({ node }) => [node.id, node]));
  const lost = new Map<string, string[]>();
  for (const { node, inputs, outputs } of stands.values()) {
    for (const { from, port } of wiresTo(node, flow))
      if (!stands.has(from)) for (const input of inputs) drawing.wire(from, port, input);
    for (const { of, from, port } of outputs)
      for (const target of flow.outputs(node)[of] ?? []) {
        const other = gone.get(target);
        if (other !== undefined) lost.set(node.id, [...(lost.get(node.id) ?? []), labelOf(other)]);
        // A wire may lead to a node that the flow does not have.
        else if (flow.node(target) !== undefined)
          for (const to of stands.get(target)?.inputs ?? [target]) drawing.wire(from, port, to);
      }
  }
  return lost;
}

function wiresTo(node: FlowNode, flow: FlowView) {
  return flow
    .before(node)
    .flatMap(before =>
      flow.outputs(before).flatMap((targets, port) => (targets.includes(node.id) ? [{ from: before.id, port }] : [])),
    );
}
