// Lists of named rows that two people changed, such as rules or network cards: row by row, and field by field within a row. Pure.
import { type Choice, fieldsChanged, same } from './changes.ts';

type Item = Readonly<Record<string, unknown>>;
type Rows = ReadonlyMap<string, Item>;

/** The list as it was and as it is, on each side. */
export interface Lists {
  readonly mine: { readonly from: unknown; readonly to: unknown };
  readonly theirs: { readonly from: unknown; readonly to: unknown };
}

export interface ItemConflict {
  /** `[plc-modbus].ports`, or `[plc-modbus]` when one removed the row. */
  readonly path: string;
  readonly mine?: unknown;
  readonly theirs?: unknown;
}

export interface MergedItems {
  readonly list: readonly Item[];
  readonly conflicts: readonly ItemConflict[];
}

/** What names a row, best first. */
const NAMES = ['id', 'name'] as const;

/** @param choose  by the path of a conflict @returns `undefined` for lists whose rows have no names */
export function mergeItems(lists: Lists, choose: (path: string) => Choice | undefined): MergedItems | undefined {
  const all = [lists.mine.from, lists.mine.to, lists.theirs.from, lists.theirs.to];
  const name = NAMES.find(candidate => all.every(list => rowsOf(list, candidate) !== undefined));
  if (name === undefined) return undefined;
  const [myBase, mine, theirBase, theirs] = all.map(list => rowsOf(list, name) ?? new Map()) as [
    Rows,
    Rows,
    Rows,
    Rows,
  ];
  const conflicts: ItemConflict[] = [];
  const ask = (conflict: ItemConflict): Choice | undefined => {
    conflicts.push(conflict);
    return choose(conflict.path);
  };
  const list = orderOf(myBase, mine, theirs).flatMap((key): readonly Item[] => {
    const [here, there] = [mine.get(key), theirs.get(key)];
    if (here !== undefined && there !== undefined)
      return [mergeRow(`[${key}]`, here, there, myBase.get(key), theirBase.get(key), ask)];
    const [left, base, keeper] =
      here === undefined ? [there, theirBase.get(key), 'theirs' as const] : [here, myBase.get(key), 'mine' as const];
    if (left === undefined) return [];
    if (base === undefined) return [left]; // added
    if (same(left, base)) return [];
    const remover = keeper === 'mine' ? 'theirs' : 'mine';
    return ask({ path: `[${key}]`, [keeper]: left }) === remover ? [] : [left];
  });
  return { list, conflicts };
}

function mergeRow(
  path: string,
  mine: Item,
  theirs: Item,
  myBase: Item | undefined,
  theirBase: Item | undefined,
  ask: (conflict: ItemConflict) => Choice | undefined,
): Item {
  const row: Record<string, unknown> = { ...mine };
  for (const { field, to } of fieldsChanged(theirBase ?? {}, theirs)) {
    const own = mine[field];
    if (same(own, to)) continue;
    const taken = same(own, myBase?.[field]) || ask({ path: `${path}.${field}`, mine: own, theirs: to }) === 'theirs';
    if (taken) row[field] = to;
  }
  return row;
}

/** Mine, unless only they changed it; what is on one side only stands behind its neighbour there. */
function orderOf(base: Rows, mine: Rows, theirs: Rows): readonly string[] {
  const common = (rows: Rows) => [...rows.keys()].filter(key => base.has(key) && mine.has(key) && theirs.has(key));
  const [leading, following] = same(common(mine), common(base)) ? [theirs, mine] : [mine, theirs];
  const order = [...leading.keys()];
  const others = [...following.keys()];
  for (const [place, key] of others.entries()) {
    if (order.includes(key)) continue;
    const before = others.slice(0, place).findLast(one => order.includes(one));
    order.splice(before === undefined ? 0 : order.indexOf(before) + 1, 0, key);
  }
  return order;
}

/** @returns `undefined` for what is no list of rows that each have a name of their own */
function rowsOf(list: unknown, name: (typeof NAMES)[number]): Rows | undefined {
  if (!Array.isArray(list)) return undefined;
  const rows = new Map<string, Item>();
  for (const row of list as readonly unknown[]) {
    if (typeof row !== 'object' || row === null || Array.isArray(row)) return undefined;
    const key = (row as Item)[name];
    if (typeof key !== 'string' || key === '' || rows.has(key)) return undefined;
    rows.set(key, row as Item);
  }
  return rows;
}
