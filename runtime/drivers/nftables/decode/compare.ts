// What the tables hold beyond the policy that was read from them: rules, elements and chains that others added, removed or
// changed. Each becomes a rule or a link with a telling name, so that the one diff of specs shows it.
import type { Address } from '../../../model/address.ts';
import { canonicalJson } from '../../../model/canonical.ts';
import { type Link, type LinkRule, linkOf } from '../encode/layout.ts';
import type { NftChain, NftElement, NftRule, NftSet, NftTable } from '../kernel/table.ts';

/** One thing that differs. `link` is the index of the link it belongs to, when it belongs to one. */
export interface Stray {
  readonly name: string;
  readonly link?: number;
}

/** Compares a table as it is with the table as we would write it. */
export function strays(actual: NftTable, expected: NftTable): readonly Stray[] {
  const others = actual.others.map(other => stray('foreign', other));
  return [...others, ...strayChains(actual.chains, expected.chains), ...straySets(actual.sets, expected.sets)];
}

function stray(kind: string, name: string): Stray {
  const link = linkOf(name);
  const text = `${kind}-${name.replace(/^gw_/, '').replaceAll(/[^a-z0-9]+/g, '-')}`.slice(0, 32).replace(/-+$/, '');
  return link === undefined ? { name: text } : { name: text, link };
}

function strayChains(actual: readonly NftChain[], expected: readonly NftChain[]): Stray[] {
  const wanted = new Map(expected.map(chain => [chain.name, chain]));
  const present = new Set(actual.map(chain => chain.name));
  const missing = expected.filter(chain => !present.has(chain.name)).map(chain => stray('missing', chain.name));
  const found = actual.flatMap(chain => {
    const want = wanted.get(chain.name);
    return want === undefined ? [stray('foreign', chain.name)] : strayRules(chain, want);
  });
  return [...missing, ...found];
}

function strayRules(actual: NftChain, expected: NftChain): Stray[] {
  if (canonicalJson(actual.hook ?? null) !== canonicalJson(expected.hook ?? null))
    return [stray('altered', actual.name)];
  const extra = surplus(actual.rules, expected.rules, ruleText);
  const link = linkOf(actual.name);
  if (extra.length > 0)
    return extra.map(rule => ({ name: `foreign-${rule.handle ?? 0}`, ...(link === undefined ? {} : { link }) }));
  const same = actual.rules.map(ruleText).join('\n') === expected.rules.map(ruleText).join('\n');
  return same ? [] : [stray('altered', actual.name)];
}

function straySets(actual: readonly NftSet[], expected: readonly NftSet[]): Stray[] {
  const wanted = new Map(expected.map(set => [set.name, set]));
  const present = new Set(actual.map(set => set.name));
  const missing = expected.filter(set => !present.has(set.name)).map(set => stray('missing', set.name));
  const found = actual.flatMap(set => {
    const want = wanted.get(set.name);
    if (want === undefined) return [stray('foreign', set.name)];
    return sameSet(set, want) ? [] : [stray('altered', set.name)];
  });
  return [...missing, ...found];
}

function sameSet(actual: NftSet, expected: NftSet): boolean {
  return (
    setHead(actual) === setHead(expected) &&
    actual.elements.length === expected.elements.length &&
    surplus(actual.elements, expected.elements, elementText).length === 0
  );
}

/** Everything of a set but its elements, as text that compares. */
export function setHead({ name, type, maps, flags, counted }: NftSet): string {
  return canonicalJson({ name, type, maps, flags: [...flags].sort(), counted });
}

export function elementText({ key, value, comment }: NftElement): string {
  return canonicalJson({ key, value, comment });
}

function ruleText({ expr, comment }: NftRule): string {
  return canonicalJson({ expr, comment });
}

/** Items of `actual` beyond those in `expected`, counting repetitions. */
function surplus<T>(actual: readonly T[], expected: readonly T[], text: (item: T) => string): T[] {
  const left = new Map<string, number>();
  for (const item of expected) left.set(text(item), (left.get(text(item)) ?? 0) + 1);
  return actual.filter(item => {
    const rest = left.get(text(item)) ?? 0;
    left.set(text(item), rest - 1);
    return rest <= 0;
  });
}

/** Adds what is stray to the links: as a rule of the link it belongs to, else as a link named after it. */
export function withStrays(links: readonly Link[], found: readonly Stray[], policy: Address): Link[] {
  const inside = links.map((link, index) => {
    const rules = found.filter(item => item.link === index).map(item => strayRule(item.name));
    return rules.length === 0 ? link : { ...link, rules: [...link.rules, ...rules] };
  });
  const outside = found.filter(item => item.link === undefined || item.link >= links.length);
  return [...inside, ...outside.map(item => strayLink(item.name, policy))];
}

function strayRule(id: string): LinkRule {
  const open = { sources: [], destinations: [], ports: [], log: false };
  return { id, direction: 'outbound', action: 'accept', protocol: 'any', ...open };
}

function strayLink(firewall: string, policy: Address): Link {
  return { firewall, segment: '' as Link['segment'], port: policy, outbound: 'from-port', rules: [] };
}
