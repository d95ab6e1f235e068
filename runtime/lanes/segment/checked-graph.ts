// A graph that makes sense, with what is asked of it again and again. Any output may have several wires, and any input.
import { KIND_FACTS, LaneGraph, type LaneNode, type LaneNodeKind, type NodeOf } from './graph.ts';

/** How often one frame may come to one node, over all ways through the graph. */
export const MOST_VISITS = 64;

export interface CheckedGraph {
  readonly graph: LaneGraph;
  /** Every node behind those that send to it. */
  readonly order: readonly LaneNode[];
  /** Nodes that an output sends to, in the order of the wires. */
  next(node: LaneNode, output: number): readonly LaneNode[];
  /** The same of all its outputs. */
  everyNext(node: LaneNode): readonly LaneNode[];
  /** Nodes that send to a node, once per wire, with the output they send by. */
  senders(node: LaneNode): readonly { readonly node: LaneNode; readonly output: number }[];
  /** How often a frame that comes in by a port comes to a node at most. */
  visits(entry: LaneNode, node: LaneNode): number;
  /** Nodes of a kind, in the order of the graph. */
  ofKind<K extends LaneNodeKind>(kind: K): readonly NodeOf<K>[];
}

/**
 * Holds a graph against the schema and the rules of wires.
 * @throws Error that says all that is wrong
 */
export function checkGraph(input: unknown): CheckedGraph {
  const graph = LaneGraph.parse(input);
  const byId = new Map(graph.nodes.map(node => [node.id, node]));
  const problems = [...repeatedIds(graph), ...wrongWires(graph, byId)];
  refuse(problems);
  const checked = new Checked(graph, byId);
  refuse(checked.problems());
  return checked;
}

function refuse(problems: readonly string[]): void {
  if (problems.length > 0) throw new Error(`this graph of a lane makes no sense: ${problems.join('; ')}`);
}

function repeatedIds(graph: LaneGraph): string[] {
  const groups = Map.groupBy(graph.nodes, node => node.id);
  return [...groups].filter(([, nodes]) => nodes.length > 1).map(([id]) => `the node ${id} is there twice`);
}

function wrongWires(graph: LaneGraph, byId: ReadonlyMap<string, LaneNode>): string[] {
  const seen = new Set<string>();
  return graph.wires.flatMap(({ from, output, to }) => {
    const [source, target] = [byId.get(from), byId.get(to)];
    if (source === undefined || target === undefined) return [`a wire from ${from} to ${to} has no end`];
    const key = JSON.stringify([from, output, to]);
    const again = seen.has(key);
    seen.add(key);
    return [
      ...(again ? [`the wire from ${from} to ${to} is there twice`] : []),
      ...(output < KIND_FACTS[source.kind].outputs ? [] : [`${source.kind} ${from} has no output ${output}`]),
      ...(KIND_FACTS[target.kind].hasInput ? [] : [`${target.kind} ${to} has no input`]),
    ];
  });
}

class Checked implements CheckedGraph {
  readonly graph: LaneGraph;
  readonly order: readonly LaneNode[];
  readonly #next = new Map<string, readonly LaneNode[]>();
  readonly #senders = new Map<string, { readonly node: LaneNode; readonly output: number }[]>();
  readonly #visits = new Map<string, ReadonlyMap<string, number>>();

  constructor(graph: LaneGraph, byId: ReadonlyMap<string, LaneNode>) {
    this.graph = graph;
    for (const { from, output, to } of graph.wires) {
      const [source, target] = [byId.get(from) as LaneNode, byId.get(to) as LaneNode];
      this.#next.set(`${output} ${from}`, [...this.next(source, output), target]);
      this.#senders.set(to, [...this.senders(target), { node: source, output }]);
    }
    this.order = this.#sort();
    for (const entry of this.ofKind('port-in')) this.#visits.set(entry.id, this.#countVisits(entry));
  }

  next(node: LaneNode, output: number): readonly LaneNode[] {
    return this.#next.get(`${output} ${node.id}`) ?? [];
  }

  everyNext(node: LaneNode): readonly LaneNode[] {
    return Array.from({ length: KIND_FACTS[node.kind].outputs }, (_, output) => this.next(node, output)).flat();
  }

  senders(node: LaneNode): { readonly node: LaneNode; readonly output: number }[] {
    return this.#senders.get(node.id) ?? [];
  }

  visits(entry: LaneNode, node: LaneNode): number {
    return this.#visits.get(entry.id)?.get(node.id) ?? 0;
  }

  ofKind<K extends LaneNodeKind>(kind: K): readonly NodeOf<K>[] {
    return this.graph.nodes.filter((node): node is NodeOf<K> => node.kind === kind);
  }

  problems(): string[] {
    if (this.order.length < this.graph.nodes.length) {
      const sorted = new Set(this.order);
      const left = this.graph.nodes.filter(node => !sorted.has(node)).map(node => node.id);
      return [`wires lead back to where they came from, through ${left.join(', ')}`];
    }
    return [...this.#visits.values()].flatMap(counts =>
      [...counts].filter(([, count]) => count > MOST_VISITS).map(([id]) => `one frame comes to ${id} too often`),
    );
  }

  /** Kahn: nodes in a loop never get free and are left out. */
  #sort(): readonly LaneNode[] {
    const waiting = new Map(this.graph.nodes.map(node => [node, this.senders(node).length]));
    const free = this.graph.nodes.filter(node => waiting.get(node) === 0);
    for (const node of free)
      for (const target of this.everyNext(node)) {
        const left = (waiting.get(target) ?? 0) - 1;
        waiting.set(target, left);
        if (left === 0) free.push(target);
      }
    return free;
  }

  /** A frame leaves a filter by the first or the second of its outputs; the sum of all is what is safe. */
  #countVisits(entry: LaneNode): ReadonlyMap<string, number> {
    const counts = new Map([[entry.id, 1]]);
    for (const node of this.order) {
      if (node === entry) continue;
      const sum = this.senders(node).reduce((total, { node: sender }) => total + (counts.get(sender.id) ?? 0), 0);
      counts.set(node.id, sum);
    }
    return counts;
  }
}
