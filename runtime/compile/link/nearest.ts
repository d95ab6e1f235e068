// Finds the drawn node that a misplaced wire was probably meant for: the nearest one on the same tab that takes its kind.
import type { PortKind } from '../../model/wire.ts';
import type { Drawing, ReadNode } from '../configure/drawing.ts';

export class NearestNodes {
  readonly #drawing: Drawing;
  #byKind: ReadonlyMap<string, readonly ReadNode[]> | undefined;

  constructor(drawing: Drawing) {
    this.#drawing = drawing;
  }

  /** The nearest node that takes wires of a kind, firewalls left out; `undefined` when there is none. */
  accepting(kind: PortKind, from: ReadNode): ReadNode | undefined {
    this.#byKind ??= indexByKind(this.#drawing);
    const candidates = this.#byKind.get(`${from.source.flow} ${kind}`) ?? [];
    let best: { readonly node: ReadNode; readonly distance: number } | undefined;
    // WHY a bound: one look at every node for each misplaced wire would grow with the square of the drawing.
    for (const node of candidates.slice(0, 500)) {
      const distance = distanceBetween(from, node);
      if (node !== from && (best === undefined || distance < best.distance)) best = { node, distance };
    }
    return best?.node;
  }
}

function indexByKind(drawing: Drawing): ReadonlyMap<string, readonly ReadNode[]> {
  const index = new Map<string, ReadNode[]>();
  for (const node of drawing.nodes.values()) {
    if (node.nodeType.passes) continue;
    for (const kind of node.nodeType.accepts) {
      const key = `${node.source.flow} ${kind}`;
      const list = index.get(key) ?? [];
      list.push(node);
      index.set(key, list);
    }
  }
  return index;
}

function distanceBetween(a: ReadNode, b: ReadNode): number {
  return Math.hypot(position(a, 'x') - position(b, 'x'), position(a, 'y') - position(b, 'y'));
}

function position(node: ReadNode, axis: 'x' | 'y'): number {
  const value = node.placed.node.raw[axis];
  return typeof value === 'number' && Number.isFinite(value) ? value : 0;
}
