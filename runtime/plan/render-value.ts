// Values of specs as a person reads them in a line of text. Whatever the value holds, the line stays one line.
import { canonicalJson } from '../model/canonical.ts';

const LONGEST = 80;

/** `from → to` of a changed field. */
export function renderChange(from: unknown, to: unknown): string {
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
  return text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, character => JSON.stringify(character).slice(1, -1));
}

function shorten(text: string): string {
  return text.length <= LONGEST ? text : `${text.slice(0, LONGEST - 1)}…`;
}
