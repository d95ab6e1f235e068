// Our nodes of a flow with their fields read and checked, ready to be wired up.
import type { DrawnNode } from '../../model/lowering.ts';
import type { NodeType } from '../../model/node-type.ts';
import type { PlacedNode } from '../expand/place.ts';

/** A drawn node together with what the compiler knows of it. */
export interface ReadNode extends DrawnNode {
  readonly nodeType: NodeType;
  readonly placed: PlacedNode;
  /** Config nodes by the field that refers to them; a broken or missing one is left out. */
  readonly references: Readonly<Record<string, ReadNode>>;
}

export interface Drawing {
  /** By path, in the order of the flow file. */
  readonly nodes: ReadonlyMap<string, ReadNode>;
}
