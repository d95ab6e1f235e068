// The contract of a palette node, read by the compiler and by the pack. Node types are an open set: one folder each.
import type { z } from 'zod';
import type { OutputPort, PortKind } from './wire.ts';

export type NodeTypeId = `gatewright-${string}`;

/** What the compiler and the editor know of a node type without running it. */
export interface NodeType<C = unknown> {
  readonly type: NodeTypeId;
  /** Version of the config's shape; stored in the node as `v`. A flow with a higher one is refused. */
  readonly version: number;
  /** `config`: no place on the canvas; `design`: lowered to resources; `message`: runs in Node-RED only. */
  readonly role: 'config' | 'design' | 'message';
  /** Schema of the node's own fields, after `${NAME}` was resolved. Unknown fields are ignored: Node-RED adds some. */
  readonly config: z.ZodType<C>;
  /** A fresh node's fields, as the editor stores them. The keys are the node's fields. */
  readonly defaults: Readonly<Record<string, unknown>>;
  /** Fields that hold the id of a config node, with its type. */
  readonly references: Readonly<Record<string, NodeTypeId>>;
  /** Kinds the input accepts; empty = the node has no input. */
  readonly accepts: readonly PortKind[];
  /** Output ports of a configured node. A `passes` node has one output of the kind that came in. */
  outputs(config: C): readonly OutputPort[];
  /** The node lets links of any accepted kind pass and polices them (a firewall). */
  readonly passes?: true;
}
