// The drawn node that a misplaced wire was probably meant for: the nearest one on the same tab that takes its kind. As the compiler
// finds it.

/** What is on the canvas, as this rule needs it. */
export interface Placed {
  readonly id: string;
  readonly x: number;
  readonly y: number;
  readonly label: string;
  readonly accepts: readonly string[];
  readonly passes: boolean;
}

/** The nearest node that takes one of these kinds, firewalls and gates left out; `undefined` when there is none. */
export function nearestTaking(
  kinds: readonly string[],
  from: Pick<Placed, 'id' | 'x' | 'y'>,
  nodes: Iterable<Placed>,
): Placed | undefined {
  let best: { readonly node: Placed; readonly distance: number } | undefined;
  for (const node of nodes) {
    if (node.id === from.id || node.passes || !kinds.some(kind => node.accepts.includes(kind))) continue;
    const distance = Math.hypot(node.x - from.x, node.y - from.y);
    if (best === undefined || distance < best.distance) best = { node, distance };
  }
  return best?.node;
}
