// Which nodes copy a frame before they write to it. A frame that went several ways is one piece of memory until somebody
// writes: the one who writes takes a copy when anybody else may still read, and nobody else pays.
import type { CheckedGraph } from './checked-graph.ts';
import { KIND_FACTS, type LaneNode, LOGGED } from './graph.ts';

/** Ids of the nodes that copy first. */
export type Copies = ReadonlySet<string>;

/** Decides where frames are copied. */
export function planCopies(graph: CheckedGraph): Copies {
  const copies = new Set<string>();
  const owned = new Map<string, boolean>();
  for (const node of graph.order) {
    const own = ownsInput(graph, node, owned);
    const { writes } = KIND_FACTS[node.kind];
    if (writes && !own) copies.add(node.id);
    owned.set(node.id, own || writes);
  }
  return copies;
}

/** How many copies one frame that comes in by a port may need. */
export function copiesPerFrame(graph: CheckedGraph, copies: Copies, entry: LaneNode): number {
  return graph.order.filter(node => copies.has(node.id)).reduce((sum, node) => sum + graph.visits(entry, node), 0);
}

/** Is a frame that comes to a node the node's alone, whichever way it came? @param owned  the same of frames leaving earlier nodes */
function ownsInput(graph: CheckedGraph, node: LaneNode, owned: ReadonlyMap<string, boolean>): boolean {
  if (node.kind === 'port-in') return node.exclusive;
  return graph
    .senders(node)
    .every(({ node: sender, output }) => owned.get(sender.id) === true && isLastReader(graph, node, sender, output));
}

/** The last of several ways may write in place when all before it have taken copies before anything was kept. */
function isLastReader(graph: CheckedGraph, node: LaneNode, sender: LaneNode, output: number): boolean {
  // What is logged goes its way too.
  if (graph.next(sender, LOGGED).length > 0) return false;
  const ways = graph.next(sender, output);
  if (ways.length < 2) return true;
  return ways.at(-1) === node && ways.slice(0, -1).every(way => detaches(graph, way));
}

/** Does every way from a node, which shares its frames, come to a writer (who copies) before a port or tap keeps the frame? */
function detaches(graph: CheckedGraph, node: LaneNode): boolean {
  const { writes, outputs } = KIND_FACTS[node.kind];
  if (writes) return true;
  if (outputs === 0) return false;
  return graph.everyNext(node).every(way => detaches(graph, way));
}
