// Finds rules that an earlier rule of the same list hides completely. Pure; knows nothing of nodes.
import type { Rule } from '../../runtime/model/kinds/policy.ts';
import { contains, parseCidr, parsePortRange } from '../../runtime/model/network.ts';

export interface Shadow {
  readonly index: number;
  /** Index of the earlier rule. */
  readonly by: number;
}

/**
 * WHY a bound: pairs of rules grow with the square of the list. Rules are looked up by destination first, so ordinary
 * lists of 10,000 rules stay far below it; beyond it later rules are not checked, which only costs a warning.
 */
const MOST_COMPARISONS = 500_000;

/** Each rule that one earlier rule covers in every respect, with the first such rule. */
export function findShadowed(rules: readonly Rule[]): readonly Shadow[] {
  const index = new RuleIndex();
  const found: Shadow[] = [];
  let comparisons = 0;
  for (const [position, rule] of rules.entries()) {
    for (const candidate of index.candidates(rule)) {
      comparisons += 1;
      if (comparisons > MOST_COMPARISONS) return found;
      if (!covers(candidate.rule, rule)) continue;
      found.push({ index: position, by: candidate.position });
      break;
    }
    index.add(rule, position);
  }
  return found;
}

interface Entry {
  readonly rule: Rule;
  readonly position: number;
}

/** Earlier rules by direction and destination network; `any` holds rules for every destination. */
class RuleIndex {
  readonly #buckets = new Map<string, Entry[]>();
  readonly #prefixes = new Set<number>();

  add(rule: Rule, position: number): void {
    const keys = rule.destinations.length === 0 ? ['any'] : rule.destinations.map(text => this.#keyOf(text));
    for (const key of keys) this.#bucket(`${rule.direction} ${key}`).push({ rule, position });
  }

  *candidates(rule: Rule): Generator<Entry> {
    yield* this.#buckets.get(`${rule.direction} any`) ?? [];
    const first = parseCidr(rule.destinations[0] ?? '');
    if (first === undefined) return;
    for (const prefix of this.#prefixes)
      if (prefix <= first.prefix) yield* this.#buckets.get(`${rule.direction} ${network(first.address, prefix)}`) ?? [];
  }

  #keyOf(text: string): string {
    const cidr = parseCidr(text);
    if (cidr === undefined) return 'none';
    this.#prefixes.add(cidr.prefix);
    return network(cidr.address, cidr.prefix);
  }

  #bucket(key: string): Entry[] {
    const bucket = this.#buckets.get(key) ?? [];
    this.#buckets.set(key, bucket);
    return bucket;
  }
}

function network(address: number, prefix: number): string {
  return `${prefix === 0 ? 0 : Math.floor(address / 2 ** (32 - prefix))}/${prefix}`;
}

function covers(earlier: Rule, later: Rule): boolean {
  if (earlier.direction !== later.direction) return false;
  if (earlier.protocol !== 'any' && earlier.protocol !== later.protocol) return false;
  return (
    coversList(earlier.sources, later.sources, networkCovers) &&
    coversList(earlier.destinations, later.destinations, networkCovers) &&
    coversList(earlier.ports, later.ports, portsCover)
  );
}

/** An empty list means any. */
function coversList(
  earlier: readonly string[],
  later: readonly string[],
  one: (earlier: string, later: string) => boolean,
): boolean {
  if (earlier.length === 0) return true;
  return later.length > 0 && later.every(small => earlier.some(large => large === small || one(large, small)));
}

function networkCovers(large: string, small: string): boolean {
  const [outer, inner] = [parseCidr(large), parseCidr(small)];
  if (outer === undefined || inner === undefined) return false;
  return outer.prefix <= inner.prefix && contains(outer, inner.address);
}

function portsCover(large: string, small: string): boolean {
  const [outer, inner] = [parsePortRange(large), parsePortRange(small)];
  return outer !== undefined && inner !== undefined && outer.first <= inner.first && inner.last <= outer.last;
}
