// The bridge table of a policy: port security before anything else, then the mark that tells the inet table which ports
// a frame uses. It sees every frame, IP or not. Knows nothing of rules.

import { deviceName, portDevice } from '../../../host/linux/device-name.ts';
import type { PolicySpec } from '../../../model/kinds/policy.ts';
import {
  ACCEPT,
  COUNTER,
  concat,
  DROP,
  goTo,
  isIn,
  isNotIn,
  jump,
  lookUp,
  masked,
  match,
  meta,
  orMark,
  payload,
  RETURN,
  setMark,
  verdictOf,
} from '../kernel/expression.ts';
import type { Json, NftChain, NftElement, NftRule, NftSet, NftTable } from '../kernel/table.ts';
import { TAG_CHAIN } from '../kernel/table.ts';
import { type Binding, HOOKS, inMark, MARK, outMark, policedPorts, SPOOFS, segmentsOf } from './layout.ts';
import { liftChains, liftSets, proxyGuard } from './lift.ts';
import { liftsOf } from './lifts.ts';
import { deviceOf, type Surroundings } from './surroundings.ts';

const FROM = meta('iifname');
const TO = meta('oifname');
const ETHER_TYPE = payload('ether', 'type');
const NONE = { packets: 0, bytes: 0 };

export function bridgeTable(spec: PolicySpec, around: Surroundings): NftTable {
  const segments = segmentsOf(spec);
  const firsts = new Map(spec.links.toReversed().map(link => [link.port, link]));
  const lifts = liftsOf(spec, around);
  const policed = policedPorts(spec.links).flatMap(port => {
    const link = firsts.get(port);
    return link === undefined
      ? []
      : [{ device: deviceOf(port, around), comment: `${segments.indexOf(link.segment)} ${port}` }];
  });
  const ports = [...policed, ...lifts.map(({ proxy, port }) => ({ device: proxy.device, comment: `proxy ${port}` }))];
  return {
    family: 'bridge',
    name: around.table,
    flags: [],
    others: [],
    sets: [...guardSets(spec), ...liftSets(spec, lifts), ...markSets(spec, ports)],
    chains: [
      tagChain(spec, around),
      ...guardChains(proxyGuard(lifts)),
      ...liftChains(lifts),
      ...markChains(ports.length),
      hostChain(),
    ],
  };
}

/**
 * Holds the ownership tag: nft 1.0.6 does not show a table's own comment in JSON. Nothing jumps here. The numbers of
 * bindings and links tell later whether some are missing or others were added.
 */
export function tagChain(spec: PolicySpec, { tag, tenant }: Surroundings): NftChain {
  const remark = (comment: string): NftRule => ({ expr: [RETURN], comment });
  const parts = `bindings=${spec.bindings.length} links=${spec.links.length}`;
  return { name: TAG_CHAIN, rules: [remark(tag), remark(`tenant=${tenant}`), remark(parts)] };
}

/** A device with a number in marks: a policed port, or behind those the proxy of one. */
interface PolicedPort {
  readonly device: string;
  /** Index of its segment, and its address; or whose proxy it is. */
  readonly comment: string;
}

// Port security

function guardSets(spec: PolicySpec): NftSet[] {
  const segments = segmentsOf(spec);
  const bound = (of: (binding: Binding, device: string, index: number) => readonly NftElement[]) =>
    spec.bindings.flatMap((binding, index) => of(binding, portDevice(binding.port), index));
  const comment = (binding: Binding, index: number) => `${index} ${segments.indexOf(binding.segment)} ${binding.port}`;
  return [
    set(
      'gw_bound',
      'ifname',
      bound((binding, device, index) => [{ key: device, comment: comment(binding, index) }]),
    ),
    set(
      'gw_macs',
      ['ifname', 'ether_addr'],
      bound((binding, device) => [{ key: { concat: [device, binding.mac] } }]),
    ),
    set(
      'gw_ips',
      ['ifname', 'ipv4_addr'],
      bound((binding, device) => addressElements(binding, device)),
    ),
    set(
      'gw_any_ip',
      'ifname',
      bound((binding, device) => (binding.ips.length === 0 ? [{ key: device }] : [])),
    ),
    ...SPOOFS.map(spoof =>
      set(
        `gw_spoof_${spoof}`,
        'ifname',
        bound((_binding, device) => [{ key: device, counter: NONE }]),
        true,
      ),
    ),
  ];
}

function addressElements(binding: Binding, device: string): NftElement[] {
  return binding.ips.map((ip, index) => ({ key: { concat: [device, ip] }, comment: String(index) }));
}

function set(name: string, type: Json, elements: readonly NftElement[], counted = false): NftSet {
  return { name, type, flags: [], counted, elements };
}

function guardChains(proxies: readonly NftRule[]): NftChain[] {
  const type = (is: string, chain: string): NftRule => ({ expr: [match(ETHER_TYPE, '==', is), goTo(chain)] });
  return [
    {
      name: 'gw_guard',
      hook: HOOKS.gw_guard,
      rules: [{ expr: [isIn(FROM, 'gw_bound'), goTo('gw_sender')] }, ...proxies],
    },
    {
      name: 'gw_sender',
      rules: [
        { expr: [isNotIn(concat(FROM, payload('ether', 'saddr')), 'gw_macs'), goTo('gw_spoofed_mac')] },
        type('ip', 'gw_sender_ip'),
        type('arp', 'gw_sender_arp'),
        { expr: [goTo('gw_spoofed_other')] },
      ],
    },
    { name: 'gw_sender_ip', rules: ipRules() },
    { name: 'gw_sender_arp', rules: arpRules() },
    ...SPOOFS.map(spoofedChain),
  ];
}

function ipRules(): NftRule[] {
  return [
    { expr: [isIn(FROM, 'gw_any_ip'), ACCEPT] },
    { expr: [isIn(concat(FROM, payload('ip', 'saddr')), 'gw_ips'), ACCEPT] },
    { expr: [...DHCP_DISCOVER, ACCEPT], comment: 'dhcp' },
    { expr: [goTo('gw_spoofed_ip')] },
  ];
}

/** A guest without a lease asks from 0.0.0.0 [RFC 2131 4.1]. */
const DHCP_DISCOVER = [
  match(payload('ip', 'saddr'), '==', '0.0.0.0'),
  match(payload('ip', 'daddr'), '==', '255.255.255.255'),
  match(payload('udp', 'sport'), '==', 68),
  match(payload('udp', 'dport'), '==', 67),
];

function arpRules(): NftRule[] {
  const refuse = goTo('gw_spoofed_arp');
  return [
    { expr: [match(payload('arp', 'htype'), '!=', 1), refuse] },
    { expr: [match(payload('arp', 'ptype'), '!=', 'ip'), refuse] },
    { expr: [match(payload('arp', 'hlen'), '!=', 6), refuse] },
    { expr: [match(payload('arp', 'plen'), '!=', 4), refuse] },
    { expr: [isNotIn(concat(FROM, payload('arp', 'saddr ether')), 'gw_macs'), refuse] },
    { expr: [isIn(FROM, 'gw_any_ip'), ACCEPT] },
    // A guest that asks whether its address is free names 0.0.0.0 as sender [RFC 5227 1.1].
    { expr: [match(payload('arp', 'saddr ip'), '==', '0.0.0.0'), ACCEPT] },
    { expr: [isIn(concat(FROM, payload('arp', 'saddr ip')), 'gw_ips'), ACCEPT] },
    { expr: [refuse] },
  ];
}

/** WHY two rules: the first only counts per port; the drop must not hang on an element that somebody may delete. */
function spoofedChain(spoof: string): NftChain {
  const count: NftRule = { expr: [isIn(FROM, `gw_spoof_${spoof}`)] };
  return { name: `gw_spoofed_${spoof}`, rules: [count, { expr: [COUNTER, DROP], counter: NONE }] };
}

// The mark

function markSets(spec: PolicySpec, ports: readonly PolicedPort[]): NftSet[] {
  const elements = (value: (index: number) => Json) =>
    ports.map(({ device, comment }, index) => ({ key: device, value: value(index), comment }));
  return [
    set(
      'gw_members',
      'ifname',
      members(spec, ports).map(device => ({ key: device })),
    ),
    set(
      'gw_policed_ports',
      'ifname',
      ports.map(({ device }) => ({ key: device })),
    ),
    {
      ...set(
        'gw_in',
        'ifname',
        elements(index => MARK.ours + inMark(index + 1)),
      ),
      maps: 'mark',
    },
    {
      ...set(
        'gw_out',
        'ifname',
        elements(index => jump(`gw_out${index + 1}`)),
      ),
      maps: 'verdict',
    },
  ];
}

/** Every device of the tenant's segments that can be named now: ports, policed ends and the tunnels. */
function members(spec: PolicySpec, ports: readonly PolicedPort[]): readonly string[] {
  const bound = spec.bindings.map(binding => portDevice(binding.port));
  const tunnels = segmentsOf(spec).map(segment => deviceName('gwx', segment));
  return [...new Set([...bound, ...ports.map(port => port.device), ...tunnels])];
}

function markChains(ports: number): NftChain[] {
  const own = {
    expr: [match(masked(meta('mark'), MARK.oursMask), '==', MARK.ours), isIn(TO, 'gw_members'), setMark(0)],
  };
  const out = Array.from({ length: ports }, (_, index) => ({
    name: `gw_out${index + 1}`,
    rules: [{ expr: [orMark(outMark(index + 1))] }],
  }));
  return [
    { name: 'gw_mark', hook: HOOKS.gw_mark, rules: markRules() },
    ...out,
    { name: 'gw_policed', rules: policedRules() },
    { name: 'gw_unmark', hook: HOOKS.gw_unmark, rules: [own] },
  ];
}

function markRules(): NftRule[] {
  return [
    { expr: [isIn(FROM, 'gw_members'), setMark(MARK.ours)] },
    { expr: [isIn(TO, 'gw_members'), setMark(MARK.ours)] },
    { expr: [setMark(lookUp(FROM, 'gw_in'))] },
    { expr: [verdictOf(TO, 'gw_out')] },
    { expr: [isIn(FROM, 'gw_policed_ports'), goTo('gw_policed')] },
    { expr: [isIn(TO, 'gw_policed_ports'), goTo('gw_policed')] },
  ];
}

/** The stateful rules see IPv4 only; whatever else would pass them by, so over a policed link only ARP may. */
function policedRules(): NftRule[] {
  return [
    { expr: [match(ETHER_TYPE, '==', 'ip'), ACCEPT] },
    { expr: [match(ETHER_TYPE, '==', 'arp'), ACCEPT] },
    { expr: [COUNTER, DROP], comment: 'not-ip', counter: NONE },
  ];
}

/** A tenant's frames are switched, never taken in by the host itself: the bridge has no address, yet Linux answers ARP. */
function hostChain(): NftChain {
  const drop = { expr: [isIn(FROM, 'gw_members'), COUNTER, DROP], comment: 'host', counter: NONE };
  return { name: 'gw_host', hook: HOOKS.gw_host, rules: [drop] };
}
