// Shows the editor's nodes and wires as the wiring rule needs them.
import type { NodeFacts } from './node-facts.ts';
import type { Drawing, WiredNode } from './wiring.ts';

/** What a node type of ours declared when it was registered; `undefined` for other packs' nodes. */
export function factsOf(node: EditorNode): NodeFacts | undefined {
  return (node._def as { readonly gatewright?: NodeFacts } | undefined)?.gatewright;
}

export function wiredNode(node: EditorNode): WiredNode {
  return { id: node.id, type: node.type, ports: factsOf(node), label: node.name || node.type };
}

const INPUT = 1;
const OUTPUT = 0;

export function drawingOf(): Drawing {
  return {
    targets: node => RED.nodes.getNodeLinks(node.id, OUTPUT).map(link => wiredNode(link.target)),
    sources: node => RED.nodes.getNodeLinks(node.id, INPUT).map(link => wiredNode(link.source)),
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
