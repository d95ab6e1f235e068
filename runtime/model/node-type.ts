// The contract of a palette node, read by the compiler and by the pack. Node types are an open set: one folder each.
import type { z } from 'zod';
import type { Name } from './address.ts';
import type { FieldFault } from './fields.ts';
import type { Contribution, DrawnNode, Facets, References, Scope } from './lowering.ts';
import type { OutputPort, PortKind } from './wire.ts';

export type NodeTypeId = `gatewright-${string}`;

/** A fault and the field it is in: `settings.baudRate`, `nics[0].mac`. */
export interface PlacedFault extends FieldFault {
  readonly field: string;
}

/** Fields of a node as they are stored, before anybody has looked at them. */
export type StoredFields = Readonly<Record<string, unknown>>;

/** What the compiler and the editor know of a node type without running it. */
export interface NodeType<C = unknown> {
  readonly type: NodeTypeId;
  /** Version of the config's shape; stored in the node as `version` (Node-RED 5 keeps `v` for itself and drops it). A higher one is refused. */
  readonly version: number;
  /** `config`: no place on the canvas; `design`: lowered to resources; `message`: runs in Node-RED only. */
  readonly role: 'config' | 'design' | 'message';
  /** Schema of the node's own fields, after `${NAME}` was resolved. Unknown fields are ignored: Node-RED adds some. */
  readonly config: z.ZodType<C>;
  /**
   * Gives a node of an older version the fields this one has; those of this version stay as they are. Pure, and safe with
   * whatever is stored.
   */
  migrate?(fields: StoredFields, version: number): StoredFields;
  /** What is wrong with fields that fit the schema, whatever the node is wired to. Forms ask for it while they are filled in. */
  faults?(config: C): readonly PlacedFault[];
  /** A fresh node's fields, as the editor stores them. The keys are the node's fields. */
  readonly defaults: Readonly<Record<string, unknown>>;
  /** Fields that hold the id of a config node, with its type. */
  readonly references: Readonly<Record<string, NodeTypeId>>;
  /** Kinds the input accepts; empty = the node has no input. */
  readonly accepts: readonly PortKind[];
  /** A design node that also answers messages of ordinary nodes; others take none. */
  readonly takesMessages?: true;
  /** Output ports of a configured node. A `passes` node has one output of the kind that came in. */
  outputs(config: C): readonly OutputPort[];
  /** The node lets links of any accepted kind pass and polices them (a firewall). */
  readonly passes?: true;
  /**
   * A `passes` node that lets links pass as long as it is open, and polices nothing. Where no link comes in, its outputs stand for
   * themselves.
   */
  readonly gates?: true;
  /** Of what a `passes` node accepts, the kinds whose wires end at it. */
  readonly keeps?: readonly PortKind[];
  /** What the node is to others that refer to it or are wired to it. Pure; sees no wires. */
  facets?(node: DrawnNode<C>, references: References): Facets;
  /** The gateways the node is on. Without this: the gateway its field `gateway` refers to, if it has one. */
  gateways?(node: DrawnNode<C>, scope: Scope): readonly Name[];
  /** What the node asks to exist. Reports what is wrong with it or its wires to the scope; never throws for that. */
  lower?(node: DrawnNode<C>, scope: Scope): Contribution;
}

/**
 * Version of a stored node. Node-RED's editor keeps `v` for itself, so that only flows written by hand have it; a node without
 * either is of version 1.
 */
export function versionOf({ version, v }: StoredFields): number {
  const value = version ?? v;
  return typeof value === 'number' || typeof value === 'string' ? Number(value) : 1;
}

/** The fields of a stored node as this version of its type has them. */
export function upToDate(nodeType: Pick<NodeType, 'version' | 'migrate'>, fields: StoredFields): StoredFields {
  const version = versionOf(fields);
  return version < nodeType.version ? (nodeType.migrate?.(fields, version) ?? fields) : fields;
}
