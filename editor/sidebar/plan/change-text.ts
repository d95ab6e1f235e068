// What a changed field held and what it shall hold, in words. Pure.
import type { FieldChange } from '../../../runtime/model/plan.ts';

/** A longer one is cut; its whole text is in the tooltip. */
const LONGEST = 120;

export interface ChangeText {
  readonly field: string;
  /** Absent when there was nothing. */
  readonly from?: string;
  /** Absent when nothing is left. */
  readonly to?: string;
}

export function changeText({ field, from, to }: FieldChange): ChangeText {
  return {
    field,
    ...(from === undefined ? {} : { from: valueText(from) }),
    ...(to === undefined ? {} : { to: valueText(to) }),
  };
}

/** Scalars plain, objects as `field value` without what is empty or off; `–` for what holds nothing. */
export function valueText(value: unknown): string {
  const text = textOf(value);
  return text === '' ? '–' : text;
}

export function shortened(text: string): string {
  return text.length <= LONGEST ? text : `${text.slice(0, LONGEST - 1)}…`;
}

function textOf(value: unknown): string {
  if (Array.isArray(value)) return value.map(textOf).join(', ');
  if (typeof value !== 'object' || value === null) return typeof value === 'string' ? value : String(value);
  return Object.entries(value)
    .filter(([, item]) => !isEmpty(item))
    .map(([field, item]) => `${field} ${textOf(item)}`)
    .join(', ');
}

function isEmpty(value: unknown): boolean {
  return value === false || value === '' || value === undefined || (Array.isArray(value) && value.length === 0);
}
