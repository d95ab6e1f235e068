// Reads what `nft -j list` prints into tables. Strict about what it uses, indifferent to what newer versions add.
import { z } from 'zod';
import { GatewrightError } from '../../../model/errors.ts';
import type { Counter, Family, Json, NftChain, NftElement, NftRule, NftSet, NftTable } from './table.ts';
import { isCounter } from './write.ts';

const Place = z.object({ family: z.string(), name: z.string() });
const CounterJson = z.object({ packets: z.number(), bytes: z.number() });
const ChainJson = Place.extend({
  type: z.string().optional(),
  hook: z.string().optional(),
  prio: z.number().optional(),
  policy: z.string().optional(),
});
const SetJson = Place.extend({
  type: z.json(),
  map: z.string().optional(),
  flags: z.union([z.string(), z.array(z.string())]).optional(),
  stmt: z.array(z.json()).optional(),
  elem: z.array(z.json()).optional(),
});
const RuleJson = z.object({
  chain: z.string(),
  handle: z.number(),
  comment: z.string().optional(),
  expr: z.array(z.json()).optional(),
});
const Item = z.looseObject({
  table: Place.optional(),
  chain: ChainJson.optional(),
  set: SetJson.optional(),
  map: SetJson.optional(),
  rule: RuleJson.optional(),
});
const Listing = z.object({ nftables: z.array(Item) });

/** Names of the tables in an outline; those of families we never use are left out. */
export function readNames(outline: string): readonly Pick<NftTable, 'family' | 'name'>[] {
  const lines = outline.matchAll(/^table (bridge|inet) (\S{1,256})$/gm);
  return [...lines].map(line => ({ family: line[1] as Family, name: line[2] ?? '' }));
}

/** Flags of the one table in an outline. Those of its sets stand one step further in. */
export function readFlags(outline: string): readonly string[] {
  const line = /^\tflags ([\w, ]{1,100})$/m.exec(outline);
  return line?.[1]?.split(/[, ]+/) ?? [];
}

/** The one table in a listing; `undefined` when there is none. @throws GW_HOST_UNEXPECTED */
export function readTable(listing: unknown, family: Family): NftTable | undefined {
  if (listing === undefined) return undefined;
  const all = items(listing);
  const table = all.find(item => item.table !== undefined)?.table;
  if (table === undefined) return undefined;
  return {
    family,
    name: table.name,
    flags: [],
    others: all.flatMap(othersIn),
    sets: all.flatMap(item => setOf(item.set ?? item.map)),
    chains: chainsIn(all),
  };
}

/** The chain of this name in a listing; `undefined` when there is none. @throws GW_HOST_UNEXPECTED */
export function readChain(listing: unknown, name: string): NftChain | undefined {
  return listing === undefined ? undefined : chainsIn(items(listing)).find(chain => chain.name === name);
}

function chainsIn(all: readonly z.infer<typeof Item>[]): NftChain[] {
  const rules = Map.groupBy(
    all.flatMap(item => item.rule ?? []),
    rule => rule.chain,
  );
  return all.flatMap(item => chainOf(item.chain, rules.get(item.chain?.name ?? '') ?? []));
}

function items(listing: unknown): readonly z.infer<typeof Item>[] {
  const parsed = Listing.safeParse(listing);
  if (parsed.success) return parsed.data.nftables;
  const issue = parsed.error.issues[0];
  const where = issue?.path.join('.') ?? '';
  throw new GatewrightError(
    'GW_HOST_UNEXPECTED',
    `nft listed something unknown at ${where}: ${issue?.message}; report it`,
  );
}

const KNOWN = new Set(['metainfo', 'table', 'chain', 'set', 'map', 'rule']);

function othersIn(item: z.infer<typeof Item>): string[] {
  return Object.entries(item)
    .filter(([kind]) => !KNOWN.has(kind))
    .map(([kind, object]) => `${kind} ${z.object({ name: z.string() }).safeParse(object).data?.name ?? ''}`);
}

function list(value: string | readonly string[] | undefined): readonly string[] {
  if (value === undefined) return [];
  return typeof value === 'string' ? [value] : value;
}

function chainOf(chain: z.infer<typeof ChainJson> | undefined, rules: readonly z.infer<typeof RuleJson>[]): NftChain[] {
  if (chain === undefined) return [];
  const { name, type, hook, prio = 0, policy = 'accept' } = chain;
  const base = type === undefined || hook === undefined ? {} : { hook: { type, hook, prio, policy } };
  return [{ name, ...base, rules: rules.map(ruleOf) }];
}

function ruleOf({ expr = [], comment, handle }: z.infer<typeof RuleJson>): NftRule {
  const statement = expr.find(isCounter) as { counter?: unknown } | undefined;
  const counter = CounterJson.safeParse(statement?.counter).data;
  return {
    expr: expr.map(item => (isCounter(item) ? { counter: null } : item)) as Json[],
    handle,
    ...(comment === undefined ? {} : { comment }),
    ...(counter === undefined ? {} : { counter }),
  };
}

function setOf(set: z.infer<typeof SetJson> | undefined): NftSet[] {
  if (set === undefined) return [];
  const { name, type, map, flags, stmt = [], elem = [] } = set;
  const elements = elem.map(element => (map === undefined ? elementOf(element) : pairOf(element)));
  return [
    {
      name,
      type,
      flags: list(flags),
      counted: stmt.some(isCounter),
      elements,
      ...(map === undefined ? {} : { maps: map }),
    },
  ];
}

function pairOf(pair: Json): NftElement {
  if (!Array.isArray(pair) || pair.length !== 2) return { key: pair };
  const [key, value] = pair as [Json, Json];
  return { ...elementOf(key), value };
}

/** An element with a comment or a counter is wrapped: `{ elem: { val, comment, counter } }`. */
function elementOf(element: Json): NftElement {
  if (typeof element !== 'object' || element === null || !('elem' in element)) return { key: element };
  const { val, comment, counter, ...more } = (element as { elem: { [key: string]: Json } }).elem;
  const figures: Counter | undefined = CounterJson.safeParse(counter).data;
  const key = Object.keys(more).length === 0 ? (val ?? null) : { val: val ?? null, ...more };
  return {
    key,
    ...(typeof comment === 'string' ? { comment } : {}),
    ...(figures === undefined ? {} : { counter: figures }),
  };
}
