// What a frame means, in a few short parts that a row has room for. Knows of protocols only how people write their numbers. Pure.
import type { SeenFrame } from '../../runtime/model/seen-traffic.ts';
import type { Words } from '../words.ts';

export interface FramePart {
  readonly text: string;
  /** Somebody should look at it. */
  readonly isTrouble?: boolean;
}

/** @param protocol  absent while nobody knows: then the bytes are shown */
export function frameParts(
  { words: meaning, frame, refusedBy }: SeenFrame,
  protocol: string | undefined,
  words: Words,
): readonly FramePart[] {
  const entries = Object.entries(meaning);
  const said =
    entries.length === 0
      ? [{ text: frame }]
      : entries.flatMap(([key, value]) => partOf(key, value, protocol, words) ?? []);
  return refusedBy === undefined
    ? said
    : [...said, { text: words('traffic.frame.refused', { firewall: refusedBy }), isTrouble: true }];
}

/** What says which values were read, written or said, and of which place; places go without saying what they are. */
const PLACES: ReadonlySet<string> = new Set(['address', 'topic', 'text']);
const VALUES: ReadonlySet<string> = new Set(['id', 'values', 'exception', 'data', 'bytes', 'payload']);
const MOST_CHARACTERS = 28;

/** The values of a frame, as short as a wire has room for. @param protocol  as in {@link frameParts} */
export function valuesText({ words: meaning, frame }: SeenFrame, protocol: string | undefined, words: Words): string {
  const entries = Object.entries(meaning);
  const parts = entries.flatMap(([key, value]) => shortPart(key, value, protocol, words) ?? []);
  const text = (entries.length === 0 ? frame : parts.join(' ')).replace(/\s+/g, ' ');
  const characters = [...text];
  return characters.length > MOST_CHARACTERS ? `${characters.slice(0, MOST_CHARACTERS - 1).join('')}…` : text;
}

function shortPart(key: string, value: unknown, protocol: string | undefined, words: Words): string | undefined {
  if (key === 'value') return `= ${textOf(value)}`;
  if (PLACES.has(key)) return textOf(value);
  return VALUES.has(key) ? partOf(key, value, protocol, words)?.text : undefined;
}

function partOf(key: string, value: unknown, protocol: string | undefined, words: Words): FramePart | undefined {
  if (value === undefined || (value === true && key === 'answered')) return undefined;
  if (key === 'answered') return { text: words('traffic.frame.silent'), isTrouble: true };
  if (key === 'exception') return { text: `${words('traffic.frame.exception')} ${value}`, isTrouble: true };
  if (key === 'function' && protocol === 'modbus') return { text: functionText(Number(value), words) };
  if (key === 'id' && protocol === 'can') return { text: Number(value).toString(16).toUpperCase().padStart(3, '0') };
  if (key === 'values') return { text: `= ${textOf(value)}` };
  if (key === 'data' || key === 'bytes' || key === 'payload') return value === '' ? undefined : { text: textOf(value) };
  // A switch that is off is what everybody expects.
  if (typeof value === 'boolean') return value ? { text: key } : undefined;
  return { text: `${key} ${textOf(value)}` };
}

/** Functions that every device has [Modbus Application Protocol V1.1b3, clause 6] have words. */
const FUNCTIONS: ReadonlySet<number> = new Set([1, 2, 3, 4, 5, 6, 15, 16]);

function functionText(code: number, words: Words): string {
  return FUNCTIONS.has(code) ? words(`traffic.function.${code}`) : words('traffic.function.other', { code });
}

function textOf(value: unknown): string {
  if (Array.isArray(value)) return value.map(each => (typeof each === 'boolean' ? Number(each) : each)).join(' ');
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value);
}
