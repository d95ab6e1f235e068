// From the tables as they are to the tables as they shall be. Where only rules changed, sets that stay the same stay in the
// kernel with their counters; otherwise both tables are made anew. Either way it is one transaction.
import type { Address } from '../../model/address.ts';
import { canonicalJson } from '../../model/canonical.ts';
import type { PolicySpec } from '../../model/kinds/policy.ts';
import { elementText, setHead } from './decode/compare.ts';
import { decode } from './decode/decode.ts';
import type { Tables } from './decode/finding.ts';
import type { NftChain, NftRule, NftSet, NftTable } from './kernel/table.ts';
import { amendTable, type Command, replaceTable } from './kernel/write.ts';
import type { Pair } from './observe.ts';
import { tagOf } from './ownership.ts';

export function changeCommands(
  address: Address<'policy'>,
  old: Pair,
  next: Tables,
  spec: PolicySpec,
): readonly Command[] {
  const { bridge, inet } = old;
  if (bridge === undefined || inet === undefined || !sameLinks(address, { bridge, inet }, spec))
    return [...replaceTable(next.bridge), ...replaceTable(next.inet)];
  return [...amend(bridge, next.bridge), ...amend(inet, next.inet)];
}

/**
 * Chains and sets are numbered by link, so figures may be carried over only when the numbers mean the same links. Tables
 * that somebody else changed are made anew, so that nothing of it survives.
 */
function sameLinks(address: Address<'policy'>, old: Tables, spec: PolicySpec): boolean {
  const tables = [old.bridge, old.inet];
  if (!tables.every(table => tagOf(table)?.address === address && table.others.length + table.flags.length === 0))
    return false;
  const heads = (links: PolicySpec['links']) => canonicalJson(links.map(({ rules: _rules, ...head }) => head));
  return heads(decode(old).spec.links) === heads(spec.links);
}

function amend(old: NftTable, next: NftTable): readonly Command[] {
  const before = new Map(old.sets.map(set => [set.name, setText(set)]));
  const kept = new Set(
    next.sets.filter(set => setText(set) !== undefined && before.get(set.name) === setText(set)).map(set => set.name),
  );
  const chains = next.chains.map(chain =>
    withCounters(
      chain,
      old.chains.find(item => item.name === chain.name),
    ),
  );
  return amendTable(old, { ...next, chains }, set => kept.has(set.name));
}

/** Maps to verdicts hold on to chains, which are made anew, so they are never kept. */
function setText(set: NftSet): string | undefined {
  if (set.maps === 'verdict') return undefined;
  return [setHead(set), ...set.elements.map(elementText).sort()].join('\n');
}

function withCounters(chain: NftChain, old: NftChain | undefined): NftChain {
  const figures = new Map((old?.rules ?? []).map(rule => [ruleText(rule), rule.counter]));
  const rules = chain.rules.map(rule => {
    const counter = rule.counter === undefined ? undefined : figures.get(ruleText(rule));
    return counter === undefined ? rule : { ...rule, counter };
  });
  return { ...chain, rules };
}

function ruleText({ expr, comment }: NftRule): string {
  return canonicalJson({ expr, comment });
}
