// Reads the policed links back: which firewall stands at which port, and the rules of each.
import { type Address, parseAddress } from '../../../model/address.ts';
import { kindOf, type Link, MARK, portChain } from '../encode/layout.ts';
import { commentParts, elementsOf, isComplete, part, rulesOf } from '../kernel/lookup.ts';
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
  const found = ports.flatMap(port => linksOfPort(inet, port));
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

interface FoundLink {
  readonly index: number;
  readonly link: Link;
  readonly clean: boolean;
}

function linksOfPort(inet: NftTable, { port, segment, number }: PortElement): FoundLink[] {
  return rulesOf(inet, portChain(number, 'from', 'request')).flatMap(rule => {
    const [index, firewall, outbound, count] =
      commentParts(rule, /^(\d{1,5}) (\S{1,32}) (from-port|to-port) (\d{1,5})$/) ?? [];
    if (firewall === undefined || part(rule.expr, 'jump') === undefined) return [];
    const link = { firewall, segment, port, outbound: outbound as Link['outbound'], rules: [] };
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
