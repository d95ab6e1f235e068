// Values of specs as a person reads them in a line of text. Whatever the value holds, the line stays one line.
import { canonicalJson } from '../model/canonical.ts';

const LONGEST = 160;

/** `from → to` of a changed field; what came or went as a whole is told as such. */
export function renderChange(from: unknown, to: unknown): string {
  if (from === undefined && typeof to === 'object') return `new, ${renderValue(to)}`;
  if (to === undefined && typeof from === 'object') return `taken out, was ${renderValue(from)}`;
  return `${renderValue(from)} → ${renderValue(to)}`;
}

/** A value in words: scalars plain, objects as `field value` without what is empty or off. */
export function renderValue(value: unknown): string {
  if (value === undefined) return 'none';
  return shorten(oneLine(words(value)));
}

function words(value: unknown): string {
  if (Array.isArray(value)) return value.length === 0 ? 'none' : value.map(words).join(', ');
  if (typeof value === 'object' && value !== null) {
    const parts = Object.entries(value).filter(([, item]) => !isEmpty(item));
    return parts.map(([field, item]) => `${field} ${words(item)}`).join(', ');
  }
  return typeof value === 'string' ? value : canonicalJson(value);
}

function isEmpty(value: unknown): boolean {
  return value === false || value === '' || value === undefined || (Array.isArray(value) && value.length === 0);
}

/** WHY: an observed value may hold anything; a control character could forge a line of the plan or steer a terminal. */
export function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu, character => {
    const hex = (character.codePointAt(0) ?? 0).toString(16).padStart(4, '0');
    return `\\u{${hex}}`;
  });
}

function shorten(text: string): string {
  return text.length <= LONGEST ? text : `${text.slice(0, LONGEST - 1)}…`;
}
