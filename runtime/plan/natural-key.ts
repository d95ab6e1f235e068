// How two lists of objects are matched: by what a person calls the items, not by their place.

type Item = Readonly<Record<string, unknown>>;

/** Fields that name an item, best first. A policed link is named by two: one firewall may police several ports. */
const CANDIDATES: readonly (readonly string[])[] = [
  ['firewall', 'port'],
  ['vm'],
  ['firewall'],
  ['id'],
  ['name'],
  ['vswitch'],
  ['port'],
  ['mac'],
  ['address'],
  ['destination'],
];

/**
 * The items of both lists by their natural key: the first candidate that every item has and that is unique in each list.
 * `undefined` when there is none, so the items can only be told apart by their place.
 */
export function matchByKey(
  from: readonly unknown[],
  to: readonly unknown[],
): { readonly from: ReadonlyMap<string, Item>; readonly to: ReadonlyMap<string, Item> } | undefined {
  if (![...from, ...to].every(isItem)) return undefined;
  for (const fields of CANDIDATES) {
    const keyedFrom = byKey(from as readonly Item[], fields);
    const keyedTo = byKey(to as readonly Item[], fields);
    if (keyedFrom !== undefined && keyedTo !== undefined) return { from: keyedFrom, to: keyedTo };
  }
  return undefined;
}

/** Whether a value is an object with fields, so neither a list nor a scalar. */
export function isItem(value: unknown): value is Item {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function byKey(items: readonly Item[], fields: readonly string[]): ReadonlyMap<string, Item> | undefined {
  const keyed = new Map<string, Item>();
  for (const item of items) {
    const parts = fields.map(field => item[field]);
    if (!parts.every(part => typeof part === 'string' && part !== '')) return undefined;
    const key = parts.join('@');
    if (keyed.has(key)) return undefined;
    keyed.set(key, item);
  }
  return keyed;
}
