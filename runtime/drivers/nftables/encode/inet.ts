// The inet table of a policy: the stateful rules of every policed link. br_netfilter hands it the bridged IPv4 frames;
// the mark says which ports a frame uses. Traffic of other bridges and of the host leaves it at the first rule.

import { deviceName } from '../../../host/linux/device-name.ts';
import type { PolicySpec } from '../../../model/kinds/policy.ts';
import {
  ACCEPT,
  atMostPerSecond,
  COUNTER,
  concat,
  conntrack,
  DROP,
  type Expression,
  goTo,
  isIn,
  isNotIn,
  jump,
  log,
  masked,
  match,
  meta,
  payload,
  RETURN,
  type Statement,
  setZone,
  verdictOf,
} from '../kernel/expression.ts';
import type { NftChain, NftRule, NftSet, NftTable } from '../kernel/table.ts';
import { tagChain } from './bridge.ts';
import {
  HOOKS,
  inMark,
  kindOf,
  type Link,
  linkChain,
  logChain,
  MARK,
  outMark,
  policedPorts,
  portChain,
  proxyNumbers,
  proxySet,
  ruleSet,
  type Sense,
  type Side,
  segmentsOf,
} from './layout.ts';
import { MODBUS } from './lift.ts';
import { type RuleSet, ruleSets } from './rule-sets.ts';
import type { Surroundings } from './surroundings.ts';

const NONE = { packets: 0, bytes: 0 };
const SIDES: readonly Side[] = ['from', 'to'];
const SENSES: readonly Sense[] = ['request', 'reply'];

export function inetTable(spec: PolicySpec, around: Surroundings): NftTable {
  const parts = spec.links.flatMap((link, index) => SIDES.map(side => linkSide(link, index, side)));
  const ports = policedPorts(spec.links);
  const proxies = proxyNumbers(spec.links);
  const portChains = ports.flatMap((port, index) =>
    SIDES.flatMap(side =>
      SENSES.map(sense => chainOfPort(spec.links, { port, number: index + 1, proxy: proxies.get(port) }, side, sense)),
    ),
  );
  return {
    family: 'inet',
    name: around.table,
    flags: [],
    others: [],
    sets: [
      segmentSet(spec),
      ...dispatchMaps(ports.length),
      ...proxySets(proxies.values()),
      ...parts.flatMap(part => part.sets),
    ],
    chains: [tagChain(spec, around), ...baseChains(spec, around), ...portChains, ...parts.flatMap(part => part.chains)],
  };
}

function segmentSet(spec: PolicySpec): NftSet {
  const elements = segmentsOf(spec).map((segment, index) => ({
    key: deviceName('gws', segment),
    comment: `${index} ${segment}`,
  }));
  return { name: 'gw_segments', type: 'ifname', flags: [], counted: false, elements };
}

/** From the port numbers in the mark to the chains of that port. A reply is tested by the side its request was tested on. */
function dispatchMaps(ports: number): NftSet[] {
  const dispatch = (name: string, mark: (port: number) => number, side: Side, sense: Sense): NftSet => ({
    name,
    type: 'mark',
    maps: 'verdict',
    flags: [],
    counted: false,
    elements: Array.from({ length: ports }, (_, index) => ({
      key: mark(index + 1),
      value: jump(portChain(index + 1, side, sense)),
    })),
  });
  return [
    dispatch('gw_in_request', inMark, 'from', 'request'),
    dispatch('gw_out_request', outMark, 'to', 'request'),
    dispatch('gw_in_reply', inMark, 'to', 'reply'),
    dispatch('gw_out_reply', outMark, 'from', 'reply'),
  ];
}

function baseChains(spec: PolicySpec, around: Surroundings): NftChain[] {
  const zones = segmentsOf(spec).map(segment => ({
    expr: [match(meta('iifname'), '==', deviceName('gws', segment)), setZone(around.zones[segment] ?? 0)],
  }));
  return [
    { name: 'gw_zone', hook: HOOKS.gw_zone, rules: zones },
    {
      name: 'gw_forward',
      hook: HOOKS.gw_forward,
      rules: [{ expr: [isNotIn(meta('iifname'), 'gw_segments'), RETURN] }, { expr: [goTo('gw_segment')] }],
    },
    { name: 'gw_segment', rules: segmentRules() },
    { name: 'gw_reply', rules: [dispatchRule(MARK.inMask, 'gw_in_reply'), dispatchRule(MARK.outMask, 'gw_out_reply')] },
  ];
}

function dispatchRule(mask: number, map: string): NftRule {
  return { expr: [verdictOf(masked(meta('mark'), mask), map)] };
}

function segmentRules(): NftRule[] {
  return [
    { expr: [match(masked(meta('mark'), MARK.oursMask), '!=', MARK.ours), ACCEPT] },
    { expr: [match(meta('mark'), '==', MARK.ours), ACCEPT] },
    { expr: [match(conntrack('state'), 'in', 'invalid'), COUNTER, DROP], comment: 'invalid', counter: NONE },
    // ICMP errors about a flow that was accepted, for example "fragmentation needed" [RFC 1191].
    { expr: [match(meta('l4proto'), '==', 'icmp'), match(conntrack('state'), 'in', 'related'), ACCEPT] },
    {
      expr: [
        match(conntrack('direction'), '==', 'reply'),
        match(conntrack('state'), 'in', 'established'),
        goTo('gw_reply'),
      ],
    },
    dispatchRule(MARK.inMask, 'gw_in_request'),
    dispatchRule(MARK.outMask, 'gw_out_request'),
  ];
}

/** What is read back of a link: its index, firewall, direction, number of rules, and whether it is proxied. */
function linkRemark({ firewall, outbound, rules, proxied }: Link, index: number): string {
  return `${index} ${firewall} ${outbound} ${rules.length}${proxied === undefined ? '' : ' proxied'}`;
}

interface PolicedPort {
  readonly port: Link['port'];
  /** In marks; so is that of its proxy, which it has when Modbus is judged on its link. */
  readonly number: number;
  readonly proxy: number | undefined;
}

/** All firewalls on the links of one port, one after the other: each must let the packet return. */
function chainOfPort(links: readonly Link[], { port, number, proxy }: PolicedPort, side: Side, sense: Sense): NftChain {
  const jumps = links.flatMap((link, index) =>
    link.port === port
      ? [
          {
            expr: [jump(linkChain(index, side, sense))],
            comment: linkRemark(link, index),
          },
        ]
      : [],
  );
  const packetSide = sense === 'request' ? side : OPPOSITE[side];
  const first = [...directRules(proxy, packetSide), ...dhcpRules(port, packetSide)];
  return { name: portChain(number, side, sense), rules: [...first, ...jumps] };
}

/** Modbus over a proxied link whose other end is not the proxy: nothing passes it by, also when it is not there. */
function directRules(proxy: number | undefined, side: Side): NftRule[] {
  if (proxy === undefined) return [];
  const mask = side === 'from' ? MARK.outMask : MARK.inMask;
  const direct = isNotIn(masked(meta('mark'), mask), proxySet(proxy, side));
  return MODBUS.map(modbus => ({ expr: [modbus, direct, COUNTER, DROP], comment: 'direct', counter: NONE }));
}

/** WHY sets of one: nft lists a comparison with a mask in another form than it reads it. */
function proxySets(numbers: Iterable<number>): NftSet[] {
  return [...numbers].flatMap(number =>
    SIDES.map(side => {
      const key = side === 'from' ? outMark(number) : inMark(number);
      return { name: proxySet(number, side), type: 'mark', flags: [], counted: false, elements: [{ key }] };
    }),
  );
}

const OPPOSITE = { from: 'to', to: 'from' } as const;

/**
 * The built-in rule: a lease can be had through every policed port of a VM and every edge leg. VMs are clients only,
 * edge legs servers only; an uplink has no such rule.
 */
function dhcpRules(port: string, side: Side): NftRule[] {
  const kind = kindOf(port as Link['port']);
  if (kind !== 'port' && kind !== 'edge') return [];
  const [from, to] = (kind === 'port') === (side === 'from') ? [68, 67] : [67, 68];
  const ports = [match(payload('udp', 'sport'), '==', from), match(payload('udp', 'dport'), '==', to)];
  return [{ expr: [...ports, COUNTER, RETURN], comment: 'dhcp', counter: NONE }];
}

interface LinkSide {
  readonly sets: readonly NftSet[];
  readonly chains: readonly NftChain[];
}

function linkSide(link: Link, index: number, side: Side): LinkSide {
  const sets = ruleSets(link, side);
  return {
    sets: sets.map((set, number) => nftSet(set, ruleSet(index, side, number))),
    chains: [
      ...SENSES.map(sense => chainOfLink(index, side, sense, sets)),
      ...sets.flatMap((set, number) =>
        set.shape.log === undefined ? [] : [chainOfLog(set, set.shape.log, logChain(index, side, number))],
      ),
    ],
  };
}

function nftSet(set: RuleSet, name: string): NftSet {
  const type = ['ipv4_addr', 'ipv4_addr', ...(set.shape.ports ? ['inet_service'] : [])];
  return { name, type, flags: set.interval ? ['interval'] : [], counted: true, elements: set.elements };
}

function chainOfLink(index: number, side: Side, sense: Sense, sets: readonly RuleSet[]): NftChain {
  const tests = sets.map((set, number) => {
    const logged = set.shape.log === undefined ? undefined : goTo(logChain(index, side, number));
    return { expr: [...matchShape(set, ruleSet(index, side, number), sense), logged ?? verdict(set)] };
  });
  const rest = { expr: [COUNTER, DROP], comment: 'default', counter: NONE };
  return { name: linkChain(index, side, sense), rules: [...tests, rest] };
}

function verdict(set: RuleSet): Statement {
  return set.shape.action === 'accept' ? RETURN : DROP;
}

/** A reply's source is its request's destination. */
function matchShape({ shape }: RuleSet, set: string, sense: Sense): Statement[] {
  const ends = sense === 'request' ? ['saddr', 'daddr'] : ['daddr', 'saddr'];
  const addresses = ends.map(end => payload('ip', end));
  if (shape.ports && (shape.protocol === 'tcp' || shape.protocol === 'udp')) {
    const port: Expression = payload(shape.protocol, sense === 'request' ? 'dport' : 'sport');
    return [isIn(concat(...addresses, port), set)];
  }
  const protocol = shape.protocol === 'any' ? [] : [match(meta('l4proto'), '==', shape.protocol)];
  return [...protocol, isIn(concat(...addresses), set)];
}

function chainOfLog(set: RuleSet, what: string, name: string): NftChain {
  return { name, rules: [{ expr: [atMostPerSecond(10, 5), log(`gatewright ${what}: `)] }, { expr: [verdict(set)] }] };
}
