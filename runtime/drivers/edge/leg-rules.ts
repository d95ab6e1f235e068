// The packet filter of a leg, as JSON for libnftables: what it does, and a fingerprint of what the kernel has. Pure.
// From inside to outside may start anything; what comes back may pass; nothing else does, so two tenants cannot meet through
// an edge router. What the firewalls in the drawing say is the business of the policy, on the segment's bridge.
import { z } from 'zod';
import { checked } from '../../host/linux/ip.ts';
import { hashOf } from '../../model/canonical.ts';
import type { Spec } from '../../model/kind.ts';
import type { LegDevices } from './leg-devices.ts';

const FILTER = { family: 'inet', table: 'gw_filter' } as const;
const NAT = { family: 'ip', table: 'gw_nat' } as const;
/** Priority of source NAT [nft(8), srcnat]. */
const SRCNAT_PRIORITY = 100;

type Expression = Readonly<Record<string, unknown>>;

/** All tables of a leg in one transaction: old ones go, new ones come, or nothing changes. */
export function legRules(devices: LegDevices, spec: Pick<Spec<'edge'>, 'nat' | 'dhcp'>): { nftables: unknown[] } {
  return {
    nftables: [
      ...emptied(FILTER),
      ...emptied(NAT),
      ...created(FILTER, 'gw_input', { type: 'filter', hook: 'input', prio: 0, policy: 'drop' }),
      ...inputRules(devices, spec.dhcp !== undefined).map(expr => rule(FILTER, 'gw_input', expr)),
      ...created(FILTER, 'gw_forward', { type: 'filter', hook: 'forward', prio: 0, policy: 'drop' }),
      ...forwardRules(devices).map(expr => rule(FILTER, 'gw_forward', expr)),
      ...(spec.nat ? natRules(devices) : []),
    ],
  };
}

/** Deletes a table whether or not it is there. */
function emptied({ family, table }: { family: string; table: string }): unknown[] {
  return [{ add: { table: { family, name: table } } }, { delete: { table: { family, name: table } } }];
}

function created({ family, table }: { family: string; table: string }, name: string, chain: Expression): unknown[] {
  return [{ add: { table: { family, name: table } } }, { add: { chain: { family, table, name, ...chain } } }];
}

function rule({ family, table }: { family: string; table: string }, chain: string, expr: Expression[]): unknown {
  return { add: { rule: { family, table, chain, expr } } };
}

/** The leg itself answers DHCP and ping from inside, a little ping from outside, and nothing else. */
function inputRules({ inner, outer }: LegDevices, dhcp: boolean): Expression[][] {
  const ping = equal({ payload: { protocol: 'icmp', field: 'type' } }, 'echo-request');
  const dhcpRequest = equal({ payload: { protocol: 'udp', field: 'dport' } }, 67);
  return [
    [ctState('invalid'), DROP],
    [ctState('established', 'related'), ACCEPT],
    ...(dhcp ? [[from(inner), dhcpRequest, ACCEPT]] : []),
    [from(inner), ping, perSecond(100), ACCEPT],
    [from(outer), ping, perSecond(10), ACCEPT],
    [COUNT, DROP],
  ];
}

function forwardRules({ inner, outer }: LegDevices): Expression[][] {
  return [
    [ctState('invalid'), DROP],
    [ctState('established', 'related'), ACCEPT],
    [from(inner), equal({ meta: { key: 'oifname' } }, outer), ACCEPT],
    [COUNT, DROP],
  ];
}

function natRules({ outer }: LegDevices): unknown[] {
  const chain = { type: 'nat', hook: 'postrouting', prio: SRCNAT_PRIORITY, policy: 'accept' };
  const masquerade = [equal({ meta: { key: 'oifname' } }, outer), { masquerade: null }];
  return [...created(NAT, 'gw_source', chain), rule(NAT, 'gw_source', masquerade)];
}

const ACCEPT: Expression = { accept: null };
const DROP: Expression = { drop: null };
const COUNT: Expression = { counter: null };

function equal(left: Expression, right: unknown): Expression {
  return { match: { op: '==', left, right } };
}

function from(device: string): Expression {
  return equal({ meta: { key: 'iifname' } }, device);
}

function ctState(...states: readonly string[]): Expression {
  return { match: { op: 'in', left: { ct: { key: 'state' } }, right: states } };
}

function perSecond(rate: number): Expression {
  return { limit: { rate, burst: rate, per: 'second' } };
}

/** What the kernel has, reduced to two short hashes. */
export interface Fingerprints {
  /** Absent when there is no NAT table at all. */
  readonly nat?: string;
  /** Everything else in the namespace, so that a table of someone else shows too. */
  readonly filter: string;
}

const RulesetAnswer = z.object({ nftables: z.array(z.record(z.string(), z.unknown())) });
const InTable = z.looseObject({ family: z.string(), table: z.string().optional(), name: z.string().optional() });
/** Fields that change without anybody changing a rule. */
const VOLATILE = new Set(['handle', 'packets', 'bytes']);

/**
 * WHY hashes: nft prints rules in another form than it reads them, and that form differs between its versions. So the leg
 * remembers what the kernel printed right after the rules were set; any other print is a change by someone else.
 * @throws GatewrightError GW_HOST_UNEXPECTED
 */
export function fingerprints(ruleset: unknown): Fingerprints {
  const items = checked('nft', RulesetAnswer, ruleset).nftables.filter(item => !('metainfo' in item));
  const nat = items.filter(item => Object.values(item).some(isNat));
  const rest = items.filter(item => !nat.includes(item));
  return { ...(nat.length === 0 ? {} : { nat: shortHash(nat) }), filter: shortHash(rest) };
}

function isNat(value: unknown): boolean {
  const item = InTable.safeParse(value).data;
  return item?.family === NAT.family && (item.table ?? item.name) === NAT.table;
}

function shortHash(items: unknown): string {
  return hashOf(steady(items)).slice(0, 12);
}

function steady(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(steady);
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value).filter(([key]) => !VOLATILE.has(key));
  return Object.fromEntries(kept.map(([key, item]) => [key, steady(item)]));
}
