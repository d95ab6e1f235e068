// Typed builders of the nftables JSON we use (libnftables-json(5)), in the very form in which nft lists them again, so
// that what was written and what is read compare equal. Text from users enters only as JSON strings, never as syntax.
import type { Json } from './table.ts';

export type Expression = Json;
export type Statement = Json;
type Op = '==' | '!=' | 'in';

export const meta = (key: 'iifname' | 'oifname' | 'mark' | 'l4proto'): Expression => ({ meta: { key } });
export const conntrack = (key: 'state' | 'direction' | 'zone'): Expression => ({ ct: { key } });
export const payload = (protocol: 'ether' | 'arp' | 'ip' | 'tcp' | 'udp' | 'th', field: string): Expression => ({
  payload: { protocol, field },
});
export const concat = (...parts: readonly Expression[]): Expression => ({ concat: parts });
export const masked = (expression: Expression, mask: number): Expression => ({ '&': [expression, mask] });

export const match = (left: Expression, op: Op, right: Expression): Statement => ({ match: { op, left, right } });
export const isIn = (left: Expression, set: string): Statement => match(left, '==', `@${set}`);
export const isNotIn = (left: Expression, set: string): Statement => match(left, '!=', `@${set}`);
/** Adds an element to a set, or counts it once more. A full set does not match, and later statements of the rule are left out. */
export const addTo = (set: string, elem: Expression): Statement => ({ set: { op: 'update', elem, set: `@${set}` } });
export const setMark = (value: Expression): Statement => ({ mangle: { key: meta('mark'), value } });
export const orMark = (bits: number): Statement => setMark({ '|': [meta('mark'), bits] });
export const setPayload = (field: Expression, value: Expression): Statement => ({ mangle: { key: field, value } });
export const setZone = (zone: number): Statement => ({ mangle: { key: conntrack('zone'), value: zone } });
export const lookUp = (key: Expression, map: string): Expression => ({ map: { key, data: `@${map}` } });
export const verdictOf = (key: Expression, map: string): Statement => ({ vmap: { key, data: `@${map}` } });

export const COUNTER: Statement = { counter: null };
export const ACCEPT: Statement = { accept: null };
export const DROP: Statement = { drop: null };
export const RETURN: Statement = { return: null };
export const jump = (target: string): Statement => ({ jump: { target } });
export const goTo = (target: string): Statement => ({ goto: { target } });
export const log = (prefix: string): Statement => ({ log: { prefix } });
/** Matches at most so often; more would fill the kernel's log. */
export const atMostPerSecond = (rate: number, burst: number): Statement => ({ limit: { rate, burst, per: 'second' } });
