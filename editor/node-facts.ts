// What the build tells the browser about a node type. Types only; the values come from the node type's declaration.

export interface FieldBounds {
  readonly min?: number | undefined;
  readonly max?: number | undefined;
}

export interface NodeFacts {
  /** `gatewright-vm`. */
  readonly type: string;
  readonly version: number;
  readonly role: 'config' | 'design' | 'message';
  /** A fresh node's fields. */
  readonly defaults: Readonly<Record<string, unknown>>;
  /** Fields that hold the id of a config node, with its type. */
  readonly references: Readonly<Record<string, string>>;
  /** Least and most of the number fields. */
  readonly bounds: Readonly<Record<string, FieldBounds>>;
  /** Kinds of ports the input takes; empty = no input. */
  readonly accepts: readonly string[];
  /** Kinds of ports the outputs have; empty for a node that lets others through. */
  readonly outputs: readonly string[];
  /** Kinds of the outputs of a fresh node, in their order. */
  readonly freshOutputs: readonly string[];
  readonly passes: boolean;
  /** Kinds whose wires end at it, although it lets others through. */
  readonly keeps: readonly string[];
  /** It answers messages of ordinary nodes too. */
  readonly takesMessages: boolean;
}
