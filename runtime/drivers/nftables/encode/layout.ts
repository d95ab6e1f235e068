// The plan of a policy's two tables: names, hooks, marks. Every name of ours starts with `gw_`, because nft has keywords.
import { type Address, parseAddress } from '../../../model/address.ts';
import type { PolicySpec } from '../../../model/kinds/policy.ts';
import type { Hook } from '../kernel/table.ts';

export type Link = PolicySpec['links'][number];
export type Binding = PolicySpec['bindings'][number];
export type LinkRule = Link['rules'][number];

const hook = (name: string, prio: number): Hook => ({ type: 'filter', hook: name, prio, policy: 'accept' });

/**
 * Base chains. Bridged IPv4 frames enter `inet` from br_netfilter, which the kernel calls in the bridge hooks at priority 0
 * (prerouting) and -1 (forward); what the bridge table has to do first therefore runs before those.
 */
export const HOOKS = {
  gw_guard: hook('prerouting', -300),
  gw_lift: hook('prerouting', -250),
  gw_mark: hook('forward', -200),
  gw_unmark: hook('postrouting', 300),
  gw_host: hook('input', -300),
  gw_zone: hook('prerouting', -300),
  gw_forward: hook('forward', 0),
} as const;

/**
 * The packet mark carries a frame's ports from the bridge table to the inet table, where only the bridge is known:
 * bits 0-7 say that the mark is ours, 8-19 number the policed port it leaves by, 20-31 the one it came in by; 0 = not
 * policed. It is set when the frame is forwarded and taken off before it leaves.
 */
export const MARK = {
  ours: 0x67,
  oursMask: 0xff,
  outMask: 0x000fff00,
  inMask: 0xfff00000,
  mostPorts: 0xfff,
} as const;

export const outMark = (port: number): number => port * 0x100;
export const inMark = (port: number): number => port * 0x100000;

/** Why port security drops a frame. */
export const SPOOFS = ['mac', 'arp', 'ip', 'other'] as const;
export type Spoof = (typeof SPOOFS)[number];

/** Which rules a chain tests: those for what comes from the port, or for what goes to it. */
export type Side = 'from' | 'to';
/** Requests, or the replies to them: a reply is held against the rules with its two ends exchanged. */
export type Sense = 'request' | 'reply';

export const portChain = (port: number, side: Side, sense: Sense): string => `gw_p${port}_${side}_${sense}`;
export const linkChain = (link: number, side: Side, sense: Sense): string => `gw_l${link}_${side}_${sense}`;
export const ruleSet = (link: number, side: Side, index: number): string => `gw_s${link}_${side}_${index}`;
/** Mark of a proxy as the other end of what comes from its port, or goes to it. */
export const proxySet = (number: number, side: Side): string => `gw_proxy${number}_${side}`;
export const logChain = (link: number, side: Side, index: number): string => `gw_g${link}_${side}_${index}`;

/** Index of the link a chain or set belongs to; `undefined` for the shared ones. */
export function linkOf(name: string): number | undefined {
  const match = /^gw_[lsg](\d{1,5})_/.exec(name);
  return match?.[1] === undefined ? undefined : Number(match[1]);
}

/** On which side of a link a rule is tested (see RuleDirection and PolicedLink.outbound). */
export function sideOf(rule: LinkRule, link: Link): Side {
  const outboundSide: Side = link.outbound === 'from-port' ? 'from' : 'to';
  const otherSide: Side = link.outbound === 'from-port' ? 'to' : 'from';
  return rule.direction === 'outbound' ? outboundSide : otherSide;
}

/** Ports that are policed, in the order of their first link; the number in marks is the index + 1. */
export function policedPorts(links: readonly Link[]): readonly Address[] {
  return [...new Set(links.map(link => link.port))];
}

/** Ports whose Modbus goes through a proxy, in the same order. */
export function proxiedPorts(links: readonly Link[]): readonly Address[] {
  return policedPorts(links.filter(link => link.proxied !== undefined));
}

/** Numbers of proxies in marks, by their ports: behind those of the policed ports. */
export function proxyNumbers(links: readonly Link[]): ReadonlyMap<Address, number> {
  const policed = policedPorts(links).length;
  return new Map(proxiedPorts(links).map((port, index) => [port, policed + index + 1]));
}

/** Segments a policy works on, in the order of their first use. */
export function segmentsOf(spec: PolicySpec): readonly Address<'segment'>[] {
  return [...new Set([...spec.bindings, ...spec.links].map(part => part.segment))];
}

/** Kind of the device at the end of a policed link. */
export function kindOf(port: Address): string {
  return parseAddress(port)?.kind ?? '';
}
