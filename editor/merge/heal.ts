// Makes a merged drawing whole: what somebody removed comes back when the other put something onto it or refers to it anew, and
// wires lead only to what is there. Pure.
import type { FlowNode } from './changes.ts';

type Nodes = ReadonlyMap<string, FlowNode>;

export function heal(flow: readonly FlowNode[], mine: Nodes, theirs: Nodes): readonly FlowNode[] {
  const kept = new Map(flow.map(node => [node.id, node]));
  // A node that comes back may itself be on something that was removed; the loop meets it, too.
  for (const node of kept.values())
    for (const id of referencesOf(node)) {
      const missing = kept.has(id) ? undefined : (mine.get(id) ?? theirs.get(id));
      const remover = mine.has(id) ? theirs : mine;
      const knew = referencesOf(remover.get(node.id) ?? {}).includes(id);
      if (missing !== undefined && !knew) kept.set(id, missing);
    }
  return [...kept.values()].map(node => cleaned(node, kept));
}

/** Ids of what a node is on, is in, is made of, or names in a field. */
function referencesOf(node: Readonly<Record<string, unknown>>): readonly string[] {
  return Object.entries(node).flatMap(([field, value]) => {
    if (typeof value !== 'string' || field === 'id') return [];
    return field === 'type' && value.startsWith('subflow:') ? [value.slice('subflow:'.length)] : [value];
  });
}

function cleaned(node: FlowNode, kept: Nodes): FlowNode {
  const { wires, nodes } = node;
  const there = (id: unknown) => typeof id !== 'string' || kept.has(id);
  return {
    ...node,
    ...(Array.isArray(wires) ? { wires: wires.map(port => (Array.isArray(port) ? port.filter(there) : port)) } : {}),
    ...(node.type === 'group' && Array.isArray(nodes) ? { nodes: nodes.filter(there) } : {}),
  };
}
