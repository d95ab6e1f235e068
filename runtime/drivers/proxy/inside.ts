// What makes a namespace a place where every address is its own: whatever comes in by the one cable is taken in, whomever it
// was sent to, and whatever goes out may bear any sender. So a server there sees by its own end of a connection which device
// was meant, and speaks to that device in the client's name, with ordinary sockets and no rights. Pure.
import { z } from 'zod';
import { type BatchLine, checked } from '../../host/linux/ip.ts';
import { type Link, parseLinks } from '../../host/linux/links.ts';
import type { Spec } from '../../model/kind.ts';
import { netmask, numberToIpv4, parseCidr } from '../../model/network.ts';
import type { ProxyDevices } from './devices.ts';

/** What comes in by the cable is looked up among own addresses first; what goes out only among the ways out. */
const IN = { priority: 10, table: 'local' };
const OUT = { priority: 20, table: 'main' };
/** The kernel's own first rule, by which everything would be an own address, also what goes out. */
const KERNELS_FIRST = 0;

/** Digits for files under /proc/sys/net of the namespace. */
export function settings({ inner }: ProxyDevices, ipv6: boolean): ReadonlyMap<string, readonly string[]> {
  const own = (name: string) => `/proc/sys/net/ipv4/conf/${inner}/${name}`;
  return new Map([
    // Answers no ARP: it would answer for every address of the segment.
    ['8', [own('arp_ignore')]],
    // Asks ARP in nobody's name: others would take it for the one it speaks for.
    ['2', [own('arp_announce')]],
    ['1', ipv6 ? ['/proc/sys/net/ipv6/conf/all/disable_ipv6', '/proc/sys/net/ipv6/conf/default/disable_ipv6'] : []],
    ['0', ['/proc/sys/net/ipv4/conf/all/rp_filter', own('rp_filter'), '/proc/sys/net/ipv4/ip_unprivileged_port_start']],
    // WHY so low: guests take theirs from 32768 on, and the two must not meet on the bridge.
    ['1024 32767', ['/proc/sys/net/ipv4/ip_local_port_range']],
  ]);
}

const RuleAnswer = z.object({ priority: z.number(), iif: z.string().optional(), table: z.string().optional() });
const RouteAnswer = z.object({
  dst: z.string(),
  gateway: z.string().optional(),
  dev: z.string().optional(),
  type: z.string().optional(),
});

export interface Inside {
  readonly links: readonly Link[];
  readonly rules: readonly z.infer<typeof RuleAnswer>[];
  readonly routes: readonly z.infer<typeof RouteAnswer>[];
  /** Every address is an own one. */
  readonly takesAll: boolean;
}

/** For `ipQuery`; its answers are for {@link readInside}. */
export const QUESTIONS: readonly BatchLine[] = [
  ['addr', 'show'],
  ['rule', 'show'],
  ['route', 'show', 'table', 'main'],
  ['route', 'show', 'table', 'local'],
];

/** @throws GatewrightError GW_HOST_UNEXPECTED */
export function readInside([links, rules, routes, own]: readonly unknown[]): Inside {
  const local = checked('ip', z.array(RouteAnswer), own);
  return {
    links: parseLinks(links),
    rules: checked('ip', z.array(RuleAnswer), rules),
    routes: checked('ip', z.array(RouteAnswer), routes),
    takesAll: local.some(({ dst, dev, type }) => dst === 'default' && dev === 'lo' && type === 'local'),
  };
}

/** What of a proxy its namespace hangs on. */
export type Ways = Pick<Spec<'proxy'>, 'mtu' | 'router'>;

/** Lines of a batch in the namespace, given what is there. */
export function insideLines(devices: ProxyDevices, ways: Ways, inside: Inside): readonly BatchLine[] {
  const { inner, mac } = devices;
  return [
    ['link', 'set', 'dev', 'lo', 'up'],
    ['link', 'set', 'dev', inner, 'address', mac, 'mtu', String(ways.mtu)],
    ['link', 'set', 'dev', inner, 'up'],
    ['route', 'replace', 'local', 'default', 'dev', 'lo', 'table', 'local'],
    ...(sameWays(devices, ways, inside) ? [] : wayLines(devices, ways)),
    ...ruleLines(devices, inside),
  ];
}

/** Whether everything inside is as it was made. */
export function insideFits(devices: ProxyDevices, ways: Ways, inside: Inside): boolean {
  const link = inside.links.find(({ name }) => name === devices.inner);
  const cable = link?.up === true && link.mac === devices.mac && link.mtu === ways.mtu;
  return cable && inside.takesAll && sameWays(devices, ways, inside) && ruleLines(devices, inside).length === 0;
}

interface Way {
  readonly dst: string;
  readonly gateway?: string | undefined;
}

/** Everything is on the segment, or only its own network is and the router knows the rest. */
function waysOut({ router }: Ways): readonly Way[] {
  const own = parseCidr(router ?? '');
  if (own === undefined) return [{ dst: 'default' }];
  const network = numberToIpv4((own.address & netmask(own.prefix)) >>> 0);
  return [{ dst: `${network}/${own.prefix}` }, { dst: 'default', gateway: numberToIpv4(own.address) }];
}

function wayLines({ inner }: ProxyDevices, ways: Ways): readonly BatchLine[] {
  const through = (gateway: string | undefined) => (gateway === undefined ? [] : ['via', gateway]);
  return [
    ['route', 'flush', 'table', 'main'],
    ...waysOut(ways).map(({ dst, gateway }) => ['route', 'add', dst, ...through(gateway), 'dev', inner]),
  ];
}

function sameWays({ inner }: ProxyDevices, ways: Ways, { routes }: Inside): boolean {
  const text = ({ dst, gateway = '' }: Way) => `${dst} ${gateway}`;
  const found = routes.filter(route => route.dev === inner).map(text);
  return found.length === routes.length && found.sort().join() === waysOut(ways).map(text).sort().join();
}

/** The kernel's rule goes last: until then everything is an own address, and nothing goes out. */
function ruleLines({ inner }: ProxyDevices, { rules }: Inside): readonly BatchLine[] {
  const priorities = new Set(rules.map(rule => rule.priority));
  const rule = (verb: string, { priority, table }: typeof IN, ...from: readonly string[]) =>
    priorities.has(priority) ? [] : [['rule', verb, ...from, 'lookup', table, 'priority', String(priority)]];
  return [
    ...rule('add', IN, 'iif', inner),
    ...rule('add', OUT),
    ...(priorities.has(KERNELS_FIRST) ? [['rule', 'del', 'priority', String(KERNELS_FIRST)]] : []),
  ];
}
