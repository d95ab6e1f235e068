// What a field protocol says of itself as data, so that a form can be drawn and checked without running it. Field protocols
// are an open set: one folder each, with its declaration in `protocol.ts`. Knows no protocol.
import { z } from 'zod';
import type { LineConnector } from './wire.ts';

/** What travels on a link: raw bytes, Modbus frames, CAN frames, or messages with a topic. */
export type Carried = 'bytes' | 'modbus' | 'can' | 'messages';

/** How one option looks in a form. What it may be and its default are in its schema, and only there. */
export interface OptionLook {
  /** The term of the trade, as manuals of devices have it: `Baud rate`. */
  readonly title: string;
  /** Unit of a number: `ms`, `s`, `Bd`, `bytes`. */
  readonly unit?: string;
  /** One sentence, where the title does not say it all. */
  readonly help?: string;
  /** The option means something only while another one has one of these values. */
  readonly only?: { readonly field: string; readonly is: readonly string[] };
  /** The value is the name of a secret, never the secret itself. */
  readonly secret?: true;
  /** Text of many lines, such as a certificate. */
  readonly lines?: true;
  /** The value names a connector of the box, of this kind; a wire from one fills it in. */
  readonly connector?: LineConnector;
  /** Seldom changed: a form folds it away. */
  readonly rare?: true;
}

/** Gives a schema its look. @param schema  with its default; an option without one must be filled in */
export function option<T extends z.ZodType>(schema: T, look: OptionLook): T {
  return schema.meta({ ...look });
}

/** The words of a declaration in another language. Choices are terms of the trade, and stay. */
export interface Translation {
  readonly title: string;
  readonly summary: string;
  /** By the name of the option; those of rows by both names, `subscriptions.filter`. */
  readonly options: Readonly<Record<string, Pick<OptionLook, 'title' | 'help'>>>;
}

/** The declaration of a protocol. */
export interface Protocol<O extends z.ZodObject = z.ZodObject> {
  /** The name of its folder. */
  readonly name: string;
  readonly title: string;
  /** One sentence for people who choose. */
  readonly summary: string;
  readonly carries: Carried;
  /** What it cannot do and somebody may expect; a sentence each. */
  readonly limits: readonly string[];
  /** By language, `de`. */
  readonly translations?: Readonly<Record<string, Translation>>;
  /** How many VMs may share a line of it; absent = as many as there are. */
  readonly mostVms?: number;
  /** What a link may be set to; each field is made by {@link option}. */
  readonly options: O;
}

/** One field of a form, as plain data. */
export interface ProtocolField extends OptionLook {
  readonly field: string;
  readonly kind: 'text' | 'number' | 'choice' | 'switch' | 'list';
  /** Absent: it must be filled in. */
  readonly fallback?: unknown;
  /** Bounds of a number, both included. */
  readonly least?: number;
  readonly most?: number;
  readonly choices?: readonly string[];
  /** The fields of each row of a list. */
  readonly rows?: readonly ProtocolField[];
}

/** A field as JSON schema has it, with the words of {@link OptionLook} beside. */
interface FieldSchema extends OptionLook {
  readonly type?: string;
  readonly default?: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly enum?: readonly string[];
  readonly items?: ObjectSchema;
}
interface ObjectSchema {
  readonly properties?: Readonly<Record<string, FieldSchema>>;
}

/** The form of a protocol, from its schema. Plain data, fit for JSON. */
export function protocolFields(protocol: Pick<Protocol, 'options'>): readonly ProtocolField[] {
  return fieldsOf(z.toJSONSchema(protocol.options, { io: 'output' }) as ObjectSchema);
}

function fieldsOf(schema: ObjectSchema): readonly ProtocolField[] {
  return Object.entries(schema.properties ?? {}).map(([field, shape]) => ({
    field,
    kind: kindOf(shape),
    ...lookOf(shape),
    ...(shape.default === undefined ? {} : { fallback: shape.default }),
    ...(shape.minimum === undefined ? {} : { least: shape.minimum }),
    ...(shape.maximum === undefined ? {} : { most: shape.maximum }),
    ...(shape.enum === undefined ? {} : { choices: shape.enum }),
    ...(shape.items === undefined ? {} : { rows: fieldsOf(shape.items) }),
  }));
}

function lookOf({ title, unit, help, only, secret, lines, connector, rare }: FieldSchema): OptionLook {
  const look = { title, unit, help, only, secret, lines, connector, rare };
  return Object.fromEntries(Object.entries(look).filter(([, value]) => value !== undefined)) as unknown as OptionLook;
}

function kindOf({ type, enum: choices }: FieldSchema): ProtocolField['kind'] {
  if (choices !== undefined) return 'choice';
  if (type === 'boolean') return 'switch';
  if (type === 'array') return 'list';
  return type === 'integer' || type === 'number' ? 'number' : 'text';
}
