// What a drawing looks like once tabs, groups and subflows are taken apart: every node with its path and its variables.
import type { FlowNode } from '../flow-node.ts';
import type { EnvScope } from './env.ts';

/** A node where it stands. A node of a subflow template stands once for each instance. */
export interface PlacedNode {
  /** Ids of the instances around it and its own, joined by `/`. */
  readonly id: string;
  /** Everything of `id` before its own id: empty, or ends with `/`. */
  readonly prefix: string;
  readonly node: FlowNode;
  readonly env: EnvScope;
  /** Tab it is on, by way of its instances; absent for global config nodes. */
  readonly tab?: string | undefined;
  /** The template, when the node is an instance of a subflow. */
  readonly template?: FlowNode | undefined;
}

export interface Placement {
  /** By path, in the order of the flow file; nodes of a subflow follow their instance. */
  readonly nodes: ReadonlyMap<string, PlacedNode>;
  /** Paths of nodes that are disabled, alone or with their tab. */
  readonly disabled: ReadonlySet<string>;
}

const INSTANCE = 'subflow:';

/** Id of the template a node is an instance of; `undefined` for every other node. */
export function templateOf(node: FlowNode): string | undefined {
  return node.type.startsWith(INSTANCE) ? node.type.slice(INSTANCE.length) : undefined;
}
