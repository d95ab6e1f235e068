// The options of a protocol over the settings of one bus: which of them count, and what is worth keeping. Pure, and of no
// protocol; the form in the editor and the compiler both go by it.
import type { ProtocolField } from '../../runtime/model/protocol.ts';

export type Settings = Readonly<Record<string, unknown>>;
type Fields = readonly ProtocolField[];

/** What a bus is set to, or else the default. */
export function settingOf({ field, fallback }: ProtocolField, settings: Settings): unknown {
  const own = Object.hasOwn(settings, field) ? settings[field] : undefined;
  return own === undefined || own === '' ? fallback : own;
}

/** Whether an option means something, as the others are set. */
export function counts(field: ProtocolField, fields: Fields, settings: Settings): boolean {
  const { only } = field;
  const other = fields.find(one => one.field === only?.field);
  if (only === undefined || other === undefined) return true;
  return only.is.includes(textOf(settingOf(other, settings))) && counts(other, fields, settings);
}

/** The option that names a connector of the box, as the others are set; `undefined` when the bus has none. */
export function connectorOption(fields: Fields, settings: Settings): ProtocolField | undefined {
  return fields.find(field => field.connector !== undefined && counts(field, fields, settings));
}

/** What of some settings has to be kept: what counts, and is not the default. */
export function differences(fields: Fields, settings: Settings): Settings {
  const kept = fields.flatMap(field => {
    const value = settingOf(field, settings);
    if (!counts(field, fields, settings) || isSame(value, field.fallback)) return [];
    return [[field.field, value] as const];
  });
  return Object.fromEntries(kept);
}

function isSame(value: unknown, fallback: unknown): boolean {
  if (Array.isArray(value) && Array.isArray(fallback)) return value.length === 0 && fallback.length === 0;
  return value === undefined || textOf(value) === textOf(fallback);
}

/** A value as a form would show it. WHY no text of an object: it may bring a `toString` that is none. */
export function textOf(value: unknown): string {
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value);
}
