// What the kernel counted, by firewall and rule, as status for people. A rule counts its requests and their replies.
import { portDevice } from '../../host/linux/device-name.ts';
import type { PolicySpec } from '../../model/kinds/policy.ts';
import type { Tables } from './decode/finding.ts';
import { type Link, linkChain, policedPorts, portChain, ruleSet, SPOOFS, type Spoof } from './encode/layout.ts';
import { commentParts, elementsOf, rulesOf } from './kernel/lookup.ts';
import type { Counter, NftRule, NftTable } from './kernel/table.ts';

type Counters = Readonly<Record<string, Counter>>;

export interface PolicyStatus {
  /** By `<firewall>@<port>`: each rule by its id, and `default` for what no rule accepted. */
  readonly counters: Readonly<Record<string, Counters>>;
  /** Frames dropped by port security, by port and reason. */
  readonly spoofed: Readonly<Record<string, Readonly<Record<Spoof, Counter>>>>;
  /** Leases asked for and given through the built-in rule, by policed port. */
  readonly dhcp: Counters;
  /**
   * Frames over policed links that are neither IPv4 nor ARP; packets of no known flow; frames meant for the host; Modbus that
   * would have passed its proxy by; what a proxy sent that it may not.
   */
  readonly dropped: Readonly<Record<'notIp' | 'invalid' | 'host' | 'direct' | 'proxy', Counter>>;
}

const NONE: Counter = { packets: 0, bytes: 0 };

export function readStatus(spec: Pick<PolicySpec, 'bindings' | 'links'>, { bridge, inet }: Tables): PolicyStatus {
  const rule = (table: NftTable, chain: string, comment: string) => sum(rulesOf(table, chain).filter(has(comment)));
  return {
    counters: Object.fromEntries(spec.links.map((link, index) => [nameOf(link), linkCounters(inet, link, index)])),
    spoofed: Object.fromEntries(spec.bindings.map(({ port }) => [port, spoofCounters(bridge, portDevice(port))])),
    dhcp: Object.fromEntries(
      policedPorts(spec.links).map((port, index) => [port, sum(portRules(inet, index + 1, 'dhcp'))]),
    ),
    dropped: {
      notIp: rule(bridge, 'gw_policed', 'not-ip'),
      invalid: rule(inet, 'gw_segment', 'invalid'),
      host: rule(bridge, 'gw_host', 'host'),
      direct: sum(policedPorts(spec.links).flatMap((_, index) => portRules(inet, index + 1, 'direct'))),
      proxy: rule(bridge, 'gw_proxy_sender', 'proxy'),
    },
  };
}

export function nameOf(link: Link): string {
  return `${link.firewall}@${link.port}`;
}

const SIDES = ['from', 'to'] as const;
const SENSES = ['request', 'reply'] as const;

function linkCounters(inet: NftTable, link: Link, index: number): Counters {
  const found = new Map<string, Counter>(link.rules.map(rule => [rule.id, NONE]));
  const prefixes = SIDES.map(side => ruleSet(index, side, 0).slice(0, -1));
  const elements = inet.sets
    .filter(set => prefixes.some(prefix => set.name.startsWith(prefix)))
    .flatMap(set => set.elements);
  for (const element of elements) {
    const id = commentParts(element, /^\d{1,5} (\S{1,32}) /)?.[0];
    if (id !== undefined) found.set(id, sum([{ counter: found.get(id) ?? NONE }, element]));
  }
  const chains = SIDES.flatMap(side => SENSES.map(sense => linkChain(index, side, sense)));
  const rest = sum(chains.flatMap(chain => rulesOf(inet, chain).filter(has('default'))));
  return { default: rest, ...Object.fromEntries(found) };
}

function portRules(inet: NftTable, port: number, comment: string): NftRule[] {
  const chains = SIDES.flatMap(side => SENSES.map(sense => portChain(port, side, sense)));
  return chains.flatMap(chain => rulesOf(inet, chain).filter(has(comment)));
}

function spoofCounters(bridge: NftTable, device: string): Record<Spoof, Counter> {
  const counters = SPOOFS.map(spoof => {
    const element = elementsOf(bridge, `gw_spoof_${spoof}`).find(item => item.key === device);
    return [spoof, element?.counter ?? NONE] as const;
  });
  return Object.fromEntries(counters) as Record<Spoof, Counter>;
}

function has(comment: string): (rule: NftRule) => boolean {
  return rule => rule.comment === comment;
}

function sum(items: readonly { readonly counter?: Counter }[]): Counter {
  const counters = items.map(item => item.counter ?? NONE);
  return {
    packets: counters.reduce((total, counter) => total + counter.packets, 0),
    bytes: counters.reduce((total, counter) => total + counter.bytes, 0),
  };
}
