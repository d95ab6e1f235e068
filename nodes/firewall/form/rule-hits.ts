// How often the rules of a firewall decided, on all its links together, and when last where somebody knows. Pure.
import type { EndFigures, LineFigures } from '../../../runtime/model/line-figures.ts';
import type { Observed, ObservedResource } from '../../../runtime/model/observed.ts';

export interface RuleHits {
  readonly hits: number;
  /** Unix time in ms; absent = never, or where only packets are counted. */
  readonly lastMs?: number;
}

/** By list of the form and id of the rule. */
export type ListHits = ReadonlyMap<string, ReadonlyMap<string, RuleHits>>;

/** @param lists  by the protocol of a line, the list that holds its rules; networks have the list `rules` */
export function hitsOf(
  firewall: string,
  seen: readonly Pick<Observed, 'resources'>[],
  lists: Readonly<Record<string, string>>,
): ListHits {
  const found = new Map<string, Map<string, RuleHits>>();
  const add = (list: string, rule: string, hits: RuleHits) => {
    const rules = found.get(list) ?? new Map<string, RuleHits>();
    found.set(list, rules);
    rules.set(rule, together(rules.get(rule), hits));
  };
  for (const resource of seen.flatMap(({ resources }) => Object.values(resources))) {
    for (const [rule, hits] of policyHits(firewall, resource)) add('rules', rule, hits);
    const list = lists[protocolOf(resource) ?? ''];
    if (list !== undefined) for (const [rule, hits] of lineHits(firewall, resource)) add(list, rule, hits);
  }
  return found;
}

function together(one: RuleHits | undefined, other: RuleHits): RuleHits {
  const last = Math.max(one?.lastMs ?? 0, other.lastMs ?? 0);
  return { hits: (one?.hits ?? 0) + other.hits, ...(last === 0 ? {} : { lastMs: last }) };
}

/** A proxy judges Modbus on a link of a network. */
function protocolOf({ kind, spec }: ObservedResource): string | undefined {
  if (kind === 'proxy') return 'modbus';
  return kind === 'line' ? (spec as { readonly protocol?: string }).protocol : undefined;
}

function lineHits(firewall: string, { status }: ObservedResource): readonly (readonly [string, RuleHits])[] {
  const { ends = [], firewalls: own = [] } = status as Partial<LineFigures & Pick<EndFigures, 'firewalls'>>;
  return [...own, ...ends.flatMap(({ firewalls }) => firewalls)]
    .filter(one => one.firewall === firewall)
    .flatMap(({ rules }) =>
      rules.map(
        ({ id, hits, lastHit }) => [id, { hits, ...(lastHit === undefined ? {} : { lastMs: lastHit }) }] as const,
      ),
    );
}

/** Of networks packets are counted, by `<firewall>@<port>`. */
function policyHits(firewall: string, { kind, status }: ObservedResource): readonly (readonly [string, RuleHits])[] {
  if (kind !== 'policy') return [];
  const { counters = {} } = status as {
    readonly counters?: Readonly<Record<string, Readonly<Record<string, { readonly packets: number }>>>>;
  };
  return Object.entries(counters)
    .filter(([link]) => link.startsWith(`${firewall}@`))
    .flatMap(([, rules]) => Object.entries(rules).map(([id, { packets }]) => [id, { hits: packets }] as const));
}
