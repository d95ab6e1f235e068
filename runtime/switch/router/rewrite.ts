// Addresses and ports changed in a packet, with its checksums kept right by the difference [RFC 1624], so that a packet that
// was damaged before stays damaged.
import { putU16, putU32, u16, u32 } from '../packet/bytes.ts';
import { IP } from '../packet/view.ts';

/** Where the checksum of a transport header is. */
const CHECKSUM_AT = new Map<number, number>([
  [IP.tcp, 16],
  [IP.udp, 6],
  [IP.icmp, 2],
]);

/** A checksum after a 16-bit word it covers has changed [RFC 1624, equation 3]. */
export function adjusted(checksum: number, before: number, after: number): number {
  let sum = (~checksum & 0xffff) + (~before & 0xffff) + after;
  sum = (sum & 0xffff) + (sum >>> 16);
  sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}

/**
 * Puts another address into an IPv4 header, and its checksums right.
 * @param at where the header starts  @param field 12 the source, 16 the target
 * @param end of the packet's bytes: a checksum beyond it (a packet quoted in an ICMP error) is left out
 */
export function putAddress(bytes: Uint8Array, at: number, field: 12 | 16, address: number, end: number): void {
  const before = u32(bytes, at + field);
  if (before === address) return;
  putU32(bytes, at + field, address);
  adjustAt(bytes, at + 10, before >>> 16, address >>> 16);
  adjustAt(bytes, at + 10, before & 0xffff, address & 0xffff);
  const protocol = bytes[at + 9] as number;
  if (protocol === IP.icmp) return;
  const sum = checksumAt(bytes, at, protocol, end);
  if (sum < 0) return;
  adjustTransport(bytes, sum, protocol, before >>> 16, address >>> 16);
  adjustTransport(bytes, sum, protocol, before & 0xffff, address & 0xffff);
}

/**
 * Puts another port (of ICMP: identifier) into a transport header.
 * @param at where the IPv4 header starts  @param offset of the field in the transport header
 */
export function putPort(bytes: Uint8Array, at: number, offset: number, port: number, end: number): void {
  const field = at + headerBytes(bytes, at) + offset;
  const before = u16(bytes, field);
  if (before === port) return;
  putU16(bytes, field, port);
  const protocol = bytes[at + 9] as number;
  const sum = checksumAt(bytes, at, protocol, end);
  if (sum >= 0) adjustTransport(bytes, sum, protocol, before, port);
}

/** One less to live. @param at where the IPv4 header starts */
export function lessToLive(bytes: Uint8Array, at: number): void {
  const before = u16(bytes, at + 8);
  putU16(bytes, at + 8, before - 0x100);
  adjustAt(bytes, at + 10, before, before - 0x100);
}

export function headerBytes(bytes: Uint8Array, at: number): number {
  return ((bytes[at] as number) & 0x0f) * 4;
}

function checksumAt(bytes: Uint8Array, at: number, protocol: number, end: number): number {
  const offset = CHECKSUM_AT.get(protocol);
  const sum = offset === undefined ? -1 : at + headerBytes(bytes, at) + offset;
  return sum + 2 <= end ? sum : -1;
}

function adjustTransport(bytes: Uint8Array, sum: number, protocol: number, before: number, after: number): void {
  const old = u16(bytes, sum);
  // UDP without a checksum keeps none, and a checksum that comes out as zero is written as all ones [RFC 768].
  if (protocol === IP.udp && old === 0) return;
  const changed = adjusted(old, before, after);
  putU16(bytes, sum, protocol === IP.udp && changed === 0 ? 0xffff : changed);
}

function adjustAt(bytes: Uint8Array, at: number, before: number, after: number): void {
  putU16(bytes, at, adjusted(u16(bytes, at), before, after));
}
