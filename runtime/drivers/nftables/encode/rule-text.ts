// Addresses and ports of a rule: as people write them, as nft lists them, and back.
import { isIPv4 } from 'node:net';
import { numberToIpv4 } from '../../../model/network.ts';
import { part } from '../kernel/lookup.ts';
import type { Json } from '../kernel/table.ts';
import type { Range } from './box.ts';

/** A range of addresses that came from a network, as nft lists it. */
export function addressKey({ first, last }: Range): Json {
  const addr = numberToIpv4(first);
  return first === last ? addr : { prefix: { addr, len: 32 - Math.log2(last - first + 1) } };
}

export function portKey({ first, last }: Range): Json {
  return first === last ? first : { range: [first, last] };
}

/** A listed address as a network, `10.0.0.0/24`; anything else as its JSON, so that it shows as a difference. */
export function networkText(key: unknown): string {
  if (typeof key === 'string' && isIPv4(key)) return `${key}/32`;
  const prefix = part(key, 'prefix') as { addr?: unknown; len?: unknown } | undefined;
  return prefix === undefined ? JSON.stringify(key) : `${prefix.addr}/${prefix.len}`;
}

/** A listed port or range of ports as people write it. */
export function portText(key: unknown): string {
  const range = part(key, 'range');
  return Array.isArray(range) ? range.join('-') : String(key);
}

/** A port or a range of ports as people write it. */
export function formatPorts({ first, last }: Range): string {
  return first === last ? String(first) : `${first}-${last}`;
}
