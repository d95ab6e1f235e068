// What a node's folder says of its look and its form; everything else comes from its declaration.
import type { Check } from './checks.ts';
import type { Suggest } from './form/suggest.ts';
import type { ListForm } from './list-form.ts';

/** What a node type looks like, and how its fields are filled in. */
export interface NodeLook {
  readonly category: 'gateway' | 'config';
  readonly color: string;
  readonly icon?: string;
  readonly align?: 'right';
  /** Fields that must not be empty. */
  readonly required?: readonly string[];
  /** By field; number fields are checked against their bounds without being named here. */
  readonly checks?: Readonly<Record<string, Check>>;
  readonly lists?: readonly ListForm[];
  /** A field that the form draws by itself, not by an input of its name. */
  readonly drawn?: Readonly<Record<string, DrawnField>>;
  /** Gives a node of an older version the fields this one has, as the declaration does. */
  readonly migrate?: (fields: Readonly<Record<string, unknown>>) => Readonly<Record<string, unknown>>;
  /** Fields of older versions: they must be read, so that they can be migrated, and are kept by no node. */
  readonly former?: readonly string[];
  /** Outputs of a message node; design nodes say it in their declaration. */
  readonly outputs?: number;
  /** Values that a text field offers, by field; asked again when another gateway is chosen in the form. */
  readonly suggestions?: Readonly<Record<string, Suggest>>;
  prepare?(node: EditorNode): void;
}

/** A part of a form that knows how to show a field and how to read it back. */
export interface DrawnField {
  prepare(node: EditorNode): void;
  /** What the form says now. */
  read(): unknown;
  /** What is wrong with a value, in words. */
  faults(node: EditorNode, value: unknown): readonly string[];
}
