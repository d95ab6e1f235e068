// The rules of one side of one link as numbers. Rules whose networks are of the same size share a hash table, so that ten
// thousand rules for single hosts are one look-up; the rule that stands first among all tables' finds decides.
import type { Rule } from '../../model/kinds/policy.ts';
import { netmask, parseCidr, parsePortRange } from '../../model/network.ts';
import { IP } from '../packet/view.ts';
import { mixed } from './mixed.ts';

const PROTOCOLS = { any: -1, tcp: IP.tcp, udp: IP.udp, icmp: IP.icmp } as const;
const ANY = { address: 0, prefix: 0 } as const;
const ANY_PORT = { first: 0, last: 0xffff } as const;

interface Entry {
  readonly source: number;
  readonly destination: number;
  readonly firstPort: number;
  readonly lastPort: number;
  /** Place of the rule in its list. */
  readonly rule: number;
}

/** Entries alike in all but the addresses and ports. */
interface Group {
  readonly sourceMask: number;
  readonly destinationMask: number;
  /** -1 = any. */
  readonly protocol: number;
  /** Every entry has one port, which is part of its key. */
  readonly exactPort: boolean;
  /** Place of its first rule. */
  readonly least: number;
  /** By hash, in the order of their rules. */
  readonly entries: Map<number, Entry[]>;
}

export class RuleTable {
  /** By the place of their first rule. */
  readonly #groups: Group[];

  /** @param rules  in the order in which they are tried */
  constructor(rules: readonly Rule[]) {
    const groups = new Map<string, Group>();
    for (const [index, rule] of rules.entries()) addRule(groups, rule, index);
    this.#groups = [...groups.values()];
  }

  /** Place of the first rule that fits, -1 for none. Ports of a packet without ports are not looked at. */
  find(protocol: number, source: number, destination: number, port: number): number {
    let best = -1;
    for (let index = 0; index < this.#groups.length; index += 1) {
      const group = this.#groups[index] as Group;
      if (best !== -1 && group.least > best) return best;
      if (group.protocol !== -1 && group.protocol !== protocol) continue;
      const found = findIn(group, source, destination, port);
      if (found !== -1 && (best === -1 || found < best)) best = found;
    }
    return best;
  }
}

function findIn(group: Group, from: number, to: number, port: number): number {
  const source = (from & group.sourceMask) >>> 0;
  const destination = (to & group.destinationMask) >>> 0;
  const near = group.entries.get(mixed(source, destination, group.exactPort ? port : 0));
  if (near === undefined) return -1;
  for (let index = 0; index < near.length; index += 1) {
    const entry = near[index] as Entry;
    if (entry.source !== source || entry.destination !== destination) continue;
    if (entry.firstPort <= port && port <= entry.lastPort) return entry.rule;
  }
  return -1;
}

function addRule(groups: Map<string, Group>, rule: Rule, index: number): void {
  const protocol = PROTOCOLS[rule.protocol];
  const ports = rule.ports.length === 0 ? [ANY_PORT] : rule.ports.map(text => parsePortRange(text) ?? ANY_PORT);
  for (const source of networks(rule.sources))
    for (const destination of networks(rule.destinations))
      for (const { first, last } of ports) {
        const exactPort = first === last;
        const name = `${source.prefix} ${destination.prefix} ${protocol} ${exactPort}`;
        const masks = { sourceMask: netmask(source.prefix), destinationMask: netmask(destination.prefix) };
        const group = groups.get(name) ?? { ...masks, protocol, exactPort, least: index, entries: new Map() };
        groups.set(name, group);
        const ends = {
          source: (source.address & masks.sourceMask) >>> 0,
          destination: (destination.address & masks.destinationMask) >>> 0,
        };
        const key = mixed(ends.source, ends.destination, exactPort ? first : 0);
        const entry = { ...ends, firstPort: first, lastPort: last, rule: index };
        const near = group.entries.get(key);
        if (near === undefined) group.entries.set(key, [entry]);
        else near.push(entry);
      }
}

function networks(list: readonly string[]): readonly { readonly address: number; readonly prefix: number }[] {
  return list.length === 0 ? [ANY] : list.map(text => parseCidr(text) ?? ANY);
}
