// Finds circles in a graph by taking away, again and again, what has nothing before it or nothing behind it.

/**
 * Groups of nodes that lie on circles; nodes of one connected remainder are one group. Linear in nodes and edges.
 * @param next  where the edges of a node lead; only to nodes of the list
 */
export function findLoops<T>(nodes: readonly T[], next: (node: T) => readonly T[]): readonly (readonly T[])[] {
  const forward = new Map(nodes.map(node => [node, next(node)]));
  const backward = reverse(nodes, forward);
  const left = new Set(nodes);
  peel(left, forward, backward);
  peel(left, backward, forward);
  return groups(left, forward, backward);
}

type Edges<T> = ReadonlyMap<T, readonly T[]>;

function reverse<T>(nodes: readonly T[], forward: Edges<T>): Edges<T> {
  const backward = new Map<T, T[]>(nodes.map(node => [node, []]));
  for (const [node, targets] of forward) for (const target of targets) backward.get(target)?.push(node);
  return backward;
}

/** Removes nodes that no remaining node leads to, until every remaining one has such a node. */
function peel<T>(left: Set<T>, forward: Edges<T>, backward: Edges<T>): void {
  const degree = new Map<T, number>();
  for (const node of left) degree.set(node, (backward.get(node) ?? []).filter(one => left.has(one)).length);
  const free = [...left].filter(node => degree.get(node) === 0);
  for (let node = free.pop(); node !== undefined; node = free.pop()) {
    left.delete(node);
    for (const target of forward.get(node) ?? []) {
      const rest = (degree.get(target) ?? 0) - 1;
      degree.set(target, rest);
      if (rest === 0 && left.has(target)) free.push(target);
    }
  }
}

function groups<T>(left: ReadonlySet<T>, forward: Edges<T>, backward: Edges<T>): readonly (readonly T[])[] {
  const seen = new Set<T>();
  return [...left].flatMap(start => {
    if (seen.has(start)) return [];
    const group: T[] = [];
    const waiting = [start];
    for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
      if (seen.has(node) || !left.has(node)) continue;
      seen.add(node);
      group.push(node);
      waiting.push(...(backward.get(node) ?? []), ...(forward.get(node) ?? []));
    }
    return [group];
  });
}
