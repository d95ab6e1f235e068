// The table of legal wires as the editor asks for it: what each node type accepts. Derived from the node types.
import type { NodeType } from '../model/node-type.ts';
import type { PortKind } from '../model/wire.ts';

export interface WireRules {
  readonly types: Readonly<Record<string, WireRule>>;
}

export interface WireRule {
  /** Kinds the input takes; empty = the node has no input. */
  readonly accepts: readonly PortKind[];
  /** Lets every accepted kind through (a firewall). */
  readonly passes: boolean;
  /** Of a node that passes: kinds whose wires end at it. */
  readonly keeps?: readonly PortKind[];
  readonly role: NodeType['role'];
}

/** One row per node type. */
export function wireRules(nodeTypes: readonly NodeType[]): WireRules {
  const rows = nodeTypes.map(({ type, accepts, passes, keeps, role }) => {
    const kept = keeps === undefined ? {} : { keeps };
    return [type, { accepts, passes: passes === true, ...kept, role }];
  });
  return { types: Object.fromEntries(rows) };
}
