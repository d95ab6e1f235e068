// Network literals as every spec writes them: MAC, IPv4 address, CIDR, port range. Parsed strictly, kept as text.
import { isIPv4 } from 'node:net';
import { z } from 'zod';

/** Lower-case, colon separated, unicast (bit 0 of the first octet clear, IEEE 802-2014 8.2). */
export const MacAddress = z
  .string()
  .regex(/^[0-9a-f][02468ace](?::[0-9a-f]{2}){5}$/, 'a MAC address is six hex pairs, lower case, unicast');
export const Ipv4Address = z.string().refine(isIPv4, 'an IPv4 address is four numbers from 0 to 255');
/** An address with its prefix length, `10.0.0.2/24`: the host part is kept. */
export const Ipv4Interface = z
  .string()
  .refine(text => parseCidr(text) !== undefined, 'expected an address with a prefix, such as 10.0.0.2/24');
/** A network, `10.0.0.0/24`: the host part must be zero. */
export const Ipv4Network = z
  .string()
  .refine(text => isNetwork(text), 'expected a network such as 10.0.0.0/24, with no bits set after the prefix');
/** One TCP or UDP port or a range, `502` or `1024-2048`. */
export const PortRange = z
  .string()
  .refine(text => parsePortRange(text) !== undefined, 'expected a port such as 502 or a range such as 1024-2048');

export interface Cidr {
  /** The address as an unsigned 32-bit number. */
  readonly address: number;
  /** Prefix length in bits, 0 to 32. */
  readonly prefix: number;
}

/**
 * Reads `a.b.c.d/n`; `undefined` when the text is not one.
 * WHY by hand: large policies have tens of thousands of them, and this takes no memory but the answer's.
 */
export function parseCidr(text: string): Cidr | undefined {
  const slash = text.indexOf('/');
  const prefix = readDecimal(text, slash + 1, text.length, 32);
  const address = slash > 0 && prefix >= 0 ? readIpv4(text, slash) : -1;
  return address < 0 ? undefined : { address, prefix };
}

/** The address that ends before an index as an unsigned number; -1 when it is none. */
function readIpv4(text: string, end: number): number {
  let address = 0;
  let start = 0;
  for (let part = 1; part <= 4; part += 1) {
    const dot = part === 4 ? end : text.indexOf('.', start);
    const octet = dot < 0 || dot > end ? -1 : readDecimal(text, start, dot, 255);
    if (octet < 0) return -1;
    address = address * 256 + octet;
    start = dot + 1;
  }
  return address;
}

const ZERO = '0'.charCodeAt(0);

/** A number of decimal digits without leading zeros; -1 when it is none or above the most. */
function readDecimal(text: string, start: number, end: number, most: number): number {
  if (end <= start || end - start > 3 || (end - start > 1 && text.charCodeAt(start) === ZERO)) return -1;
  let value = 0;
  for (let index = start; index < end; index += 1) {
    const digit = text.charCodeAt(index) - ZERO;
    if (digit < 0 || digit > 9) return -1;
    value = value * 10 + digit;
  }
  return value <= most ? value : -1;
}

function isNetwork(text: string): boolean {
  const cidr = parseCidr(text);
  return cidr !== undefined && (cidr.address & ~netmask(cidr.prefix)) === 0;
}

/** The network mask of a prefix length, as an unsigned 32-bit number. */
export function netmask(prefix: number): number {
  return prefix === 0 ? 0 : (0xffffffff << (32 - prefix)) >>> 0;
}

/** Whether an address lies in a network. */
export function contains(network: Cidr, address: number): boolean {
  const mask = netmask(network.prefix);
  return (network.address & mask) >>> 0 === (address & mask) >>> 0;
}

/** Dotted quad to unsigned number; the caller has checked the text. */
export function ipv4ToNumber(text: string): number {
  return readIpv4(text, text.length);
}

/** Unsigned number to dotted quad. */
export function numberToIpv4(value: number): string {
  return `${value >>> 24}.${(value >>> 16) & 0xff}.${(value >>> 8) & 0xff}.${value & 0xff}`;
}

export interface Ports {
  readonly first: number;
  readonly last: number;
}

/** Reads `502` or `1024-2048`; `undefined` when it is neither, is out of 1..65535, or runs backwards. */
export function parsePortRange(text: string): Ports | undefined {
  const match = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(text);
  if (match === null) return undefined;
  const first = Number(match[1]);
  const last = Number(match[2] ?? match[1]);
  return first >= 1 && last <= 65535 && first <= last ? { first, last } : undefined;
}
