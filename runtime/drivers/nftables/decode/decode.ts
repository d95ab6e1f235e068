// Reads a policy back from its two tables. What is missing there is missing in the spec; what cannot be told from the spec
// alone is found afterwards by writing the spec again and comparing (see compare.ts).

import { deviceName } from '../../../host/linux/device-name.ts';
import { type Address, parseAddress } from '../../../model/address.ts';
import type { PolicySpec } from '../../../model/kinds/policy.ts';
import type { Surroundings } from '../encode/surroundings.ts';
import { commentParts, elementsOf, isComplete, part, rulesOf } from '../kernel/lookup.ts';
import type { NftRule, NftTable } from '../kernel/table.ts';
import { partsOf } from '../ownership.ts';
import { decodeBindings } from './bindings.ts';
import { type Finding, type Segments, segmentAt, type Tables } from './finding.ts';
import { decodeLinks } from './links.ts';

export interface Decoded {
  readonly spec: Omit<PolicySpec, 'bridgeNetfilter' | 'tenant'>;
  readonly around: Omit<Surroundings, 'tag' | 'table' | 'tenant'>;
  /**
   * Nothing that was written is missing, and nothing foreign shows in the spec. Only then is it worth comparing the tables
   * with the spec written again; otherwise the spec differs visibly already and the comparison would name it once more.
   */
  readonly clean: boolean;
}

export function decode(tables: Tables): Decoded {
  const parts = partsOf(tables.inet);
  const segments = decodeSegments(tables.inet);
  const bindings = decodeBindings(tables.bridge, segments.value);
  const links = decodeLinks(tables, segments.value);
  return {
    spec: { bindings: bindings.value, links: links.value.links },
    around: {
      zones: zonesOf(tables.inet, segments.value),
      uplinks: links.value.uplinks,
      cards: cardsOf(tables.bridge, segments.value),
    },
    clean:
      segments.clean &&
      bindings.clean &&
      links.clean &&
      bindings.value.length === parts.bindings &&
      links.value.links.length === parts.links,
  };
}

function decodeSegments(inet: NftTable): Finding<Segments> {
  const elements = elementsOf(inet, 'gw_segments');
  const found: Address<'segment'>[] = [];
  for (const element of elements) {
    const [index, address] = commentParts(element, /^(\d{1,5}) (\S{1,110})$/) ?? [];
    if (address !== undefined && parseAddress(address)?.kind === 'segment')
      found[Number(index)] = address as Address<'segment'>;
  }
  return { value: found, clean: isComplete(Object.keys(found).map(Number)) };
}

function zonesOf(inet: NftTable, segments: Segments): Surroundings['zones'] {
  const zones = readZones(rulesOf(inet, 'gw_zone'));
  // WHY filter: an index whose element is gone leaves a hole.
  const present = segments.filter(segment => segment !== undefined);
  return Object.fromEntries(present.map(segment => [segment, zones.get(deviceName('gws', segment)) ?? 0]));
}

/** NICs that the tables expect on segments with proxied links. */
function cardsOf(bridge: NftTable, segments: Segments): Surroundings['cards'] {
  const sets = bridge.sets.filter(set => set.name.startsWith('gw_lift_in'));
  const cards = sets
    .flatMap(set => set.elements)
    .flatMap(element => {
      const [index] = commentParts(element, /^card (\d{1,5})$/) ?? [];
      return index === undefined ? [] : [{ segment: segmentAt(segments, Number(index)), card: String(element.key) }];
    });
  const bySegment = Map.groupBy(cards, one => one.segment);
  return Object.fromEntries(
    [...bySegment].map(([segment, group]) => [segment, [...new Set(group.map(one => one.card))]]),
  );
}

/** Connection-tracking zone by bridge. @param rules  of the chain `gw_zone` */
export function readZones(rules: readonly NftRule[]): ReadonlyMap<string, number> {
  const pairs = rules.map(rule => {
    const { right } = (part(rule.expr, 'match') ?? {}) as { right?: unknown };
    const { value } = (part(rule.expr, 'mangle') ?? {}) as { value?: unknown };
    return [String(right), typeof value === 'number' ? value : 0] as const;
  });
  return new Map(pairs);
}
