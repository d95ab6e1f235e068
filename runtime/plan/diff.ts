// The one structural diff: what is against what shall be, field by field. Knows no kinds; drift and plan both use it.
import type { FieldChange } from '../model/plan.ts';
import { isItem, matchByKey } from './natural-key.ts';

/**
 * Every difference between two pieces of plain JSON, with its path; empty exactly when they are equal. `undefined` and
 * absent are the same. Deterministic under the order of keys; the order of lists counts.
 *
 * @param from  what is; a half-made thing lacks fields
 * @param to    what shall be
 * @param path  path of the two inside the spec, '' at its top
 */
export function diff(from: unknown, to: unknown, path = ''): readonly FieldChange[] {
  if (from === to) return [];
  if (Array.isArray(from) && Array.isArray(to)) return diffLists(from, to, path);
  if (isItem(from) && isItem(to)) return diffFields(from, to, path);
  return [change(path, from, to)];
}

/** Field of the spec that a path is in: `links` of `links[a].rules[b]`. */
export function topField(path: string): string {
  return /^[^.[]*/.exec(path)?.[0] ?? path;
}

function change(field: string, from: unknown, to: unknown): FieldChange {
  return { field, ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) };
}

function diffFields(from: Readonly<Record<string, unknown>>, to: Readonly<Record<string, unknown>>, path: string) {
  const names = [...new Set([...Object.keys(from), ...Object.keys(to)])].sort();
  return names.flatMap(name => diff(from[name], to[name], path === '' ? name : `${path}.${name}`));
}

function diffLists(from: readonly unknown[], to: readonly unknown[], path: string): readonly FieldChange[] {
  const matched = from.length + to.length === 0 ? undefined : matchByKey(from, to);
  if (matched !== undefined) return diffKeyed(matched.from, matched.to, path);
  // WHY: one number put in front of a list shall not read as a change of all that follow.
  if (from.length !== to.length && [...from, ...to].every(isScalar)) return diffMembers(from, to, path);
  const places = Array.from({ length: Math.max(from.length, to.length) }, (_, index) => index);
  return places.flatMap(index => diff(from[index], to[index], `${path}[${index}]`));
}

function diffKeyed(
  from: ReadonlyMap<string, unknown>,
  to: ReadonlyMap<string, unknown>,
  path: string,
): readonly FieldChange[] {
  const keys = [...to.keys(), ...[...from.keys()].filter(key => !to.has(key))];
  const changes = keys.flatMap(key => diff(from.get(key), to.get(key), `${path}[${key}]`));
  const before = [...from.keys()].filter(key => to.has(key));
  const after = [...to.keys()].filter(key => from.has(key));
  const moved = before.some((key, index) => key !== after[index]);
  return moved ? [...changes, change(`${path}.order`, before, after)] : changes;
}

function diffMembers(from: readonly unknown[], to: readonly unknown[], path: string): readonly FieldChange[] {
  const added = without(to, from).map(value => change(`${path}[${value}]`, undefined, value));
  const removed = without(from, to).map(value => change(`${path}[${value}]`, value, undefined));
  return [...added, ...removed];
}

/** What is left of a list when each member of another was taken out once. */
function without(list: readonly unknown[], taken: readonly unknown[]): readonly unknown[] {
  const left = [...list];
  for (const value of taken) {
    const index = left.indexOf(value);
    if (index >= 0) left.splice(index, 1);
  }
  return left;
}

function isScalar(value: unknown): boolean {
  return typeof value !== 'object' || value === null;
}
