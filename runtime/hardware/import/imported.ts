// What every reader of a foreign description works with: bounded values, and the findings made on the way.
import { plainText } from '../../model/plain-text.ts';
import type { Finding } from '../finding.ts';
import type { BoxProfile } from '../profile.ts';

/** Forms a file may have. */
export const FORMS = ['profile', 'eve', 'libvirt', 'lspci'] as const;
export type Form = (typeof FORMS)[number];

export interface Imported {
  readonly profile: BoxProfile;
  /** What was wrong with the file; rows and values it could not use are left out. */
  readonly findings: readonly Finding[];
}

/** Text that may stand in a profile: on one line, and no longer than its field takes. `undefined` for what is no text. */
export function cleanText(value: unknown, most = 200): string | undefined {
  if (typeof value !== 'string') return undefined;
  const clean = plainText(value.trim(), most);
  // plainText counts characters, a profile counts UTF-16 units.
  return clean === '' ? undefined : clean.slice(0, most);
}

/** A whole number from 0 to a thousand million, written as a number or in decimal digits. */
export function wholeNumber(value: unknown): number | undefined {
  const number = typeof value === 'string' && /^\d{1,10}$/.test(value.trim()) ? Number(value) : value;
  return typeof number === 'number' && Number.isInteger(number) && number >= 0 && number <= 1e9 ? number : undefined;
}

/** @param value  anything; an object that is no list, else `undefined` */
export function plainObject(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return value !== null && typeof value === 'object' && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : undefined;
}

/** The entries whose value is known, so that absent means absent. */
export function known<T extends object>(row: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(row).filter(([, value]) => value !== undefined)) as never;
}
