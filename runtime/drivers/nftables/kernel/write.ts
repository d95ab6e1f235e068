// Tables as the JSON commands of one nft transaction: all of it happens or nothing. Knows nothing of policies.
import type { Json, NftElement, NftRule, NftSet, NftTable } from './table.ts';

export type Command = { readonly [verb: string]: Json };

const identity = (table: NftTable) => ({ family: table.family, name: table.name });

/** Makes a table what it shall be, whatever it was: `add` first, because deleting what is absent fails. */
export function replaceTable(table: NftTable): readonly Command[] {
  const own = identity(table);
  return [{ add: { table: own } }, { delete: { table: own } }, { add: { table: own } }, ...fillTable(table)];
}

/**
 * Makes a table of ours what it shall be without deleting sets that stay the same, so that their counters go on.
 * @param kept  whether a set stays; it must be the same in both
 */
export function amendTable(old: NftTable, table: NftTable, kept: (set: NftSet) => boolean): readonly Command[] {
  const place = { family: table.family, table: table.name };
  const remove = (what: 'chain' | 'map' | 'set', name: string) => ({ delete: { [what]: { ...place, name } } });
  const kind = (set: NftSet) => (set.maps === undefined ? 'set' : 'map');
  return [
    { flush: { table: identity(table) } },
    ...old.sets.filter(set => !kept(set)).map(set => remove(kind(set), set.name)),
    ...old.chains.map(chain => remove('chain', chain.name)),
    ...fillTable(table, kept),
  ];
}

/** Deletes a table whether or not it exists. */
export function removeTable(table: Pick<NftTable, 'family' | 'name'>): readonly Command[] {
  const own = { family: table.family, name: table.name };
  return [{ add: { table: own } }, { delete: { table: own } }];
}

/** Chains first, since maps jump to them; then sets; then the rules that use both. */
export function fillTable(table: NftTable, has: (set: NftSet) => boolean = () => false): readonly Command[] {
  const place = { family: table.family, table: table.name };
  return [
    ...table.chains.map(chain => ({ add: { chain: { ...place, name: chain.name, ...chain.hook } } })),
    ...table.sets.filter(set => !has(set)).map(set => addSet(set, place)),
    ...table.chains.flatMap(chain => chain.rules.map(rule => addRule(rule, { ...place, chain: chain.name }))),
  ];
}

type Place = { readonly family: string; readonly table: string };

function addSet(set: NftSet, place: Place): Command {
  const what = {
    ...place,
    name: set.name,
    type: set.type,
    ...(set.maps === undefined ? {} : { map: set.maps }),
    ...(set.flags.length === 0 ? {} : { flags: set.flags }),
    ...(set.size === undefined ? {} : { size: set.size }),
    ...(set.counted ? { stmt: [{ counter: null }] } : {}),
    // nft 1.0.6 refuses an empty list of elements.
    ...(set.elements.length === 0 ? {} : { elem: set.elements.map(addElement) }),
  };
  return { add: set.maps === undefined ? { set: what } : { map: what } };
}

function addElement({ key, value, comment }: NftElement): Json {
  const elem = comment === undefined ? key : { elem: { val: key, comment } };
  return value === undefined ? elem : [elem, value];
}

function addRule({ expr, comment, counter }: NftRule, place: Place & { readonly chain: string }): Command {
  const statements = expr.map(statement => (isCounter(statement) ? { counter: { ...(counter ?? NONE) } } : statement));
  return { add: { rule: { ...place, expr: statements, ...(comment === undefined ? {} : { comment }) } } };
}

const NONE = { packets: 0, bytes: 0 };

/** Whether a statement is a rule's own counter. */
export function isCounter(statement: Json): boolean {
  return typeof statement === 'object' && statement !== null && 'counter' in statement;
}
