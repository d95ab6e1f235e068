// How a value of a spec may stand in a field of a node: plain, as text, or as a list in text. Pure.
import { canonicalJson } from '../../model/canonical.ts';

/** A value as it is drawn, and as it shall be. */
export interface Change {
  readonly from: unknown;
  readonly to: unknown;
}

/** The change itself, and that of everything around it: of a port also that of its rule, and of the list of rules. */
export function widening(from: unknown, to: unknown): readonly Change[] {
  if (canonicalJson([from]) === canonicalJson([to])) return [];
  const inner = singleChange(from, to);
  return [...(inner === undefined ? [] : widening(inner.from, inner.to)), { from, to }];
}

/** What differs in two lists or items, when it is in one place only. */
function singleChange(from: unknown, to: unknown): Change | undefined {
  if (typeof from !== 'object' || typeof to !== 'object' || from === null || to === null) return undefined;
  if (Array.isArray(from) !== Array.isArray(to)) return undefined;
  const [before, after] = [from as Readonly<Record<string, unknown>>, to as Readonly<Record<string, unknown>>];
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  const changed = keys.filter(key => canonicalJson([before[key]]) !== canonicalJson([after[key]]));
  const [only] = changed;
  return changed.length === 1 && only !== undefined ? { from: before[only], to: after[only] } : undefined;
}

/** What a field would hold in place of what it holds; empty where it holds something else than what is drawn. */
export function rewritten(held: unknown, { from, to }: Change): readonly unknown[] {
  const forms = formsOf(to);
  return formsOf(from).flatMap((form, index) =>
    canonicalJson([form]) === canonicalJson([held]) ? [forms[index]] : [],
  );
}

/** A field may hold any of these, whatever it held. */
export function formsOf(value: unknown): readonly unknown[] {
  return [value, textOf(value, ', '), textOf(value, ','), textOf(value, '\n')];
}

function textOf(value: unknown, between: string): unknown {
  if (Array.isArray(value)) return value.every(isScalar) ? value.join(between) : value;
  if (value === undefined) return '';
  return isScalar(value) ? String(value) : value;
}

function isScalar(value: unknown): boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}
