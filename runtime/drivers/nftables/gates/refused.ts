// What gates refused: counted by the kernel, one rule for each device and direction, and shown by gate.
import { canonicalJson } from '../../../model/canonical.ts';
import type { Counter, NftRule, NftTable } from '../kernel/table.ts';

const NONE: Counter = { packets: 0, bytes: 0 };

/** By gate. */
export function readRefused({ chains }: NftTable): Readonly<Record<string, Counter>> {
  const found: Record<string, Counter> = {};
  for (const { comment = '', counter } of chains.flatMap(({ rules }) => rules)) {
    if (counter === undefined) continue;
    const { packets, bytes } = found[comment] ?? NONE;
    found[comment] = { packets: packets + counter.packets, bytes: bytes + counter.bytes };
  }
  return found;
}

/** A table that goes on counting where an older one was. */
export function withCounters(next: NftTable, old: NftTable): NftTable {
  const rules = old.chains.flatMap(chain => chain.rules);
  const counted = new Map(rules.map(rule => [placeOf(rule), rule.counter]));
  const counting = (rule: NftRule): NftRule => {
    const counter = rule.counter === undefined ? undefined : counted.get(placeOf(rule));
    return counter === undefined ? rule : { ...rule, counter };
  };
  return { ...next, chains: next.chains.map(chain => ({ ...chain, rules: chain.rules.map(counting) })) };
}

/** A gate, a device and a direction: sets may have other numbers now. */
function placeOf({ comment, expr }: NftRule): string {
  return canonicalJson([comment ?? '', expr[0] ?? null]);
}
