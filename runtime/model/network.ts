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

/** Reads `a.b.c.d/n`; `undefined` when the text is not one. */
export function parseCidr(text: string): Cidr | undefined {
  const match = /^([\d.]{7,15})\/(\d|[12]\d|3[0-2])$/.exec(text);
  if (match?.[1] === undefined || !isIPv4(match[1])) return undefined;
  return { address: ipv4ToNumber(match[1]), prefix: Number(match[2]) };
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

const DOT = '.'.charCodeAt(0);
const ZERO = '0'.charCodeAt(0);

/** Dotted quad to unsigned number; the caller has checked the text. Large policies have tens of thousands of them. */
export function ipv4ToNumber(text: string): number {
  let sum = 0;
  let octet = 0;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (code !== DOT) octet = octet * 10 + code - ZERO;
    else {
      sum = sum * 256 + octet;
      octet = 0;
    }
  }
  return sum * 256 + octet;
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
