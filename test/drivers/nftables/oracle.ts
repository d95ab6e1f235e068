// What a policy means, as a pure function that knows nothing of nftables: the yardstick the kernel is held against.
import type { Address } from '../../../runtime/model/address.ts';
import type { PolicySpec } from '../../../runtime/model/kinds/policy.ts';
import { contains, ipv4ToNumber, parseCidr, parsePortRange } from '../../../runtime/model/network.ts';
import type { Packet } from './frame.ts';

type Link = PolicySpec['links'][number];
type Rule = Link['rules'][number];

export interface Verdict {
  readonly passes: boolean;
  /** What counted the packet, in order: `<firewall>@<port>` and the rule, or `default`. */
  readonly counted: readonly (readonly [link: string, rule: string])[];
}

/** The first packet of a flow from one port of a segment to another. */
export function evaluate(policy: PolicySpec, from: Address, to: Address, packet: Packet): Verdict {
  const counted: [string, string][] = [];
  const tests = [
    ...policy.links.filter(link => link.port === from).map(link => ({ link, leaves: true })),
    ...policy.links.filter(link => link.port === to).map(link => ({ link, leaves: false })),
  ];
  for (const { link, leaves } of tests) {
    const direction = leaves === (link.outbound === 'from-port') ? 'outbound' : 'inbound';
    const rule = link.rules.find(each => each.direction === direction && matches(each, packet));
    counted.push([`${link.firewall}@${link.port}`, rule?.id ?? 'default']);
    if (rule?.action !== 'accept') return { passes: false, counted };
  }
  return { passes: true, counted };
}

function matches(rule: Rule, packet: Packet): boolean {
  const inside = (networks: readonly string[], address: string) =>
    networks.length === 0 || networks.some(network => lies(network, address));
  return (
    (rule.protocol === 'any' || rule.protocol === packet.protocol) &&
    inside(rule.sources, packet.source) &&
    inside(rule.destinations, packet.destination) &&
    (rule.ports.length === 0 || rule.ports.some(ports => covers(ports, packet.destinationPort)))
  );
}

function lies(network: string, address: string): boolean {
  const cidr = parseCidr(network);
  return cidr !== undefined && contains(cidr, ipv4ToNumber(address));
}

function covers(ports: string, port: number): boolean {
  const range = parsePortRange(ports);
  return range !== undefined && range.first <= port && port <= range.last;
}
