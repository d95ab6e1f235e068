// Reads the policed links back: which firewall stands at which port, and the rules of each.
import { type Address, parseAddress } from '../../../model/address.ts';
import type { LegStation } from '../../../model/kinds/policy.ts';
import { kindOf, type Link, MARK, portChain } from '../encode/layout.ts';
import { commentParts, concatTexts, elementsOf, isComplete, part, rulesOf } from '../kernel/lookup.ts';
import type { NftElement, NftTable } from '../kernel/table.ts';
import { type Finding, type Segments, segmentAt, type Tables } from './finding.ts';
import { decodeRules } from './rules.ts';

interface Links {
  readonly links: Link[];
  readonly uplinks: Record<Address, string>;
}

interface PortElement {
  readonly port: Address;
  readonly segment: Address<'segment'>;
  readonly device: string;
  /** Number in marks. */
  readonly number: number;
}

export function decodeLinks({ bridge, inet }: Tables, segments: Segments): Finding<Links> {
  const ports = elementsOf(bridge, 'gw_in').flatMap(element => portElement(element, segments));
  const legs = legsOf(bridge, segments);
  const found = ports.flatMap(port => linksOfPort(inet, port, legs));
  found.sort((a, b) => a.index - b.index);
  const uplinks = ports.filter(port => kindOf(port.port) === 'uplink').map(port => [port.port, port.device]);
  return {
    value: { links: found.map(item => item.link), uplinks: Object.fromEntries(uplinks) },
    clean: isComplete(found.map(item => item.index)) && found.every(item => item.clean),
  };
}

function portElement(element: NftElement, segments: Segments): PortElement[] {
  const [index, port] = commentParts(element, /^(\d{1,5}) (\S{1,110})$/) ?? [];
  if (port === undefined || parseAddress(port) === undefined || typeof element.value !== 'number') return [];
  const segment = segmentAt(segments, Number(index));
  const number = Math.floor(element.value / (MARK.outMask + MARK.oursMask + 1));
  return [{ port: port as Address, segment, device: String(element.key), number }];
}

/** Edge legs that the tables were written for, by segment. */
type Legs = ReadonlyMap<Address<'segment'>, LegStation[]>;

function legsOf(bridge: NftTable, segments: Segments): Legs {
  const found = elementsOf(bridge, 'gw_legs').flatMap(element => {
    const [index, leg] = commentParts(element, /^(\d{1,5}) (\S{1,110})$/) ?? [];
    if (leg === undefined || parseAddress(leg)?.kind !== 'edge') return [];
    const station = { leg: leg as Address<'edge'>, mac: concatTexts(element.key)[1] ?? '' };
    return [{ segment: segmentAt(segments, Number(index)), station }];
  });
  const bySegment = Map.groupBy(found, one => one.segment);
  const sorted = (group: typeof found) => group.map(one => one.station).sort((a, b) => (a.leg < b.leg ? -1 : 1));
  return new Map([...bySegment].map(([segment, group]) => [segment, sorted(group)]));
}

interface FoundLink {
  readonly index: number;
  readonly link: Link;
  readonly clean: boolean;
}

function linksOfPort(inet: NftTable, { port, segment, number }: PortElement, legs: Legs): FoundLink[] {
  return rulesOf(inet, portChain(number, 'from', 'request')).flatMap(rule => {
    const [index, firewall, outbound, count, proxied] =
      commentParts(rule, /^(\d{1,5}) (\S{1,32}) (from-port|to-port) (\d{1,5})( proxied)?$/) ?? [];
    if (firewall === undefined || part(rule.expr, 'jump') === undefined) return [];
    const head = { firewall, segment, port, outbound: outbound as Link['outbound'], rules: [] };
    const link = proxied === undefined ? head : { ...head, proxied: { legs: legs.get(segment) ?? [] } };
    const rules = decodeRules(inet, link, Number(index));
    return [
      {
        index: Number(index),
        link: { ...link, rules: rules.value },
        clean: rules.clean && rules.value.length === Number(count),
      },
    ];
  });
}
