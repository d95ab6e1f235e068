// Finding things in a table by name and by the comments we wrote. Knows nothing of what the comments mean.
import type { NftElement, NftRule, NftSet, NftTable } from './table.ts';

export function setNamed(table: NftTable, name: string): NftSet | undefined {
  return table.sets.find(set => set.name === name);
}

export function elementsOf(table: NftTable, name: string): readonly NftElement[] {
  return setNamed(table, name)?.elements ?? [];
}

export function rulesOf(table: NftTable, chain: string): readonly NftRule[] {
  return table.chains.find(item => item.name === chain)?.rules ?? [];
}

/** Parts of a comment we wrote; `undefined` for any other. */
export function commentParts(item: { readonly comment?: string }, pattern: RegExp): readonly string[] | undefined {
  return item.comment === undefined ? undefined : pattern.exec(item.comment)?.slice(1);
}

/** The first statement or part of an expression with this key: `part(rule.expr, 'jump')`. */
export function part(expression: unknown, key: string): unknown {
  const items: readonly unknown[] = Array.isArray(expression) ? expression : [expression];
  const found = items.find(item => typeof item === 'object' && item !== null && key in item);
  return found === undefined ? undefined : (found as Record<string, unknown>)[key];
}

/** The texts of a concatenation, `[device, address]`. */
export function concatTexts(key: unknown): readonly string[] {
  const parts = part(key, 'concat');
  return Array.isArray(parts) ? parts.map(item => (typeof item === 'string' ? item : JSON.stringify(item))) : [];
}

/** Whether numbers are exactly 0, 1, 2, …: a gap means that something of ours was taken away. */
export function isComplete(indexes: readonly number[]): boolean {
  return indexes.every((value, index) => value === index);
}
