// Shows the editor's nodes and wires as the wiring rule needs them.
import type { NodeFacts } from './node-facts.ts';
import type { Drawing, WiredNode } from './wiring.ts';

/** What our node types add to their definitions. */
export interface OurDefinition {
  readonly gatewright: NodeFacts;
  /** The outputs of a node in their order. */
  gatewrightOutputs(node: EditorNode): readonly OurOutput[];
}

export interface OurOutput {
  readonly kind: string;
  /** Of one among several: the name of the network card, the printed label. */
  readonly name?: string;
}

/** What a node type of ours declared when it was registered; `undefined` for other packs' nodes. */
export function factsOf(node: EditorNode): NodeFacts | undefined {
  return definitionOf(node)?.gatewright;
}

function definitionOf(node: EditorNode): Partial<OurDefinition> | undefined {
  return node._def as Partial<OurDefinition> | undefined;
}

export function wiredNode(node: EditorNode): WiredNode {
  const kinds = definitionOf(node)
    ?.gatewrightOutputs?.(node)
    .map(output => output.kind);
  const label = node.name || node.type;
  return { id: node.id, type: node.type, ports: factsOf(node), label, ...(kinds === undefined ? {} : { kinds }) };
}

/** The name of an output, where a node has several. */
export function outputName(node: EditorNode, port: number): string | undefined {
  return definitionOf(node)?.gatewrightOutputs?.(node)[port]?.name;
}

const INPUT = 1;
const OUTPUT = 0;

export function drawingOf(): Drawing {
  return {
    outgoing: node =>
      RED.nodes.getNodeLinks(node.id, OUTPUT).map(link => ({ node: wiredNode(link.target), port: link.sourcePort })),
    incoming: node =>
      RED.nodes.getNodeLinks(node.id, INPUT).map(link => ({ node: wiredNode(link.source), port: link.sourcePort })),
  };
}

/** Outputs that are wired to a node, junctions looked through. */
export function outputsInto(node: EditorNode, seen: ReadonlySet<string> = new Set()): readonly Output[] {
  if (seen.has(node.id)) return [];
  return RED.nodes.getNodeLinks(node.id, INPUT).flatMap(({ source, sourcePort }) => {
    if (source.type === 'junction') return outputsInto(source, new Set([...seen, node.id]));
    return [{ node: source, port: sourcePort }];
  });
}

export interface Output {
  readonly node: EditorNode;
  /** Number of the output, from 0. */
  readonly port: number;
}
