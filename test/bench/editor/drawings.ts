// Two drawings of the same number of nodes and wires on one tab: of ours, and of nodes that come with Node-RED.
import { drawing } from '../drawing.ts';

interface Placed {
  readonly id: string;
  readonly type: string;
  readonly z?: unknown;
  readonly wires?: unknown;
}

const COLUMNS = 20;

/** Nodes of the canvas on a grid; those of the configuration stay as they are. */
function placed(nodes: readonly Placed[]): readonly Placed[] {
  let count = 0;
  return nodes.map(node => {
    if (node.z === undefined) return node;
    const at = count++;
    return { ...node, x: 120 + (at % COLUMNS) * 220, y: 40 + Math.floor(at / COLUMNS) * 60 };
  });
}

/** Flow JSON of ours with `count` nodes on the canvas or a few more. */
export function ours(count: number): readonly Placed[] {
  const cell = drawing(1).filter(node => node.z !== undefined).length;
  return placed(drawing(Math.ceil(count / cell) * 10));
}

/** The same picture, of nodes of Node-RED that do nothing. */
export function stock(count: number): readonly Placed[] {
  const nodes = ours(count).filter(node => node.type === 'tab' || node.z !== undefined);
  const core = { type: 'change', rules: [], reg: false, action: '', property: '', from: '', to: '' };
  return nodes.map(({ id, z, wires, ...rest }) =>
    z === undefined ? { id, ...rest } : { ...rest, id, z, wires, ...core, name: id },
  );
}
