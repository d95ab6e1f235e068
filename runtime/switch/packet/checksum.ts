// The Internet checksum [RFC 1071] of IPv4, ICMP, TCP and UDP.
import { u16, u32 } from './bytes.ts';

/** Adds 16-bit words to a running sum; an odd last byte counts as if a zero followed. */
export function addWords(sum: number, bytes: Uint8Array, start: number, end: number): number {
  let total = sum;
  let at = start;
  for (; at + 1 < end; at += 2) total += u16(bytes, at);
  return at < end ? total + ((bytes[at] as number) << 8) : total;
}

/** Folds a running sum into the checksum field's value. */
export function foldSum(sum: number): number {
  let folded = sum;
  while (folded > 0xffff) folded = (folded & 0xffff) + Math.floor(folded / 0x1_0000);
  return ~folded & 0xffff;
}

/** Sum of the pseudo header of TCP and UDP [RFC 9293 3.1, RFC 768]. @param ip  where the IPv4 header starts */
export function pseudoSum(bytes: Uint8Array, ip: number, protocol: number, length: number): number {
  const ends = u32(bytes, ip + 12) + u32(bytes, ip + 16);
  return Math.floor(ends / 0x1_0000) + (ends & 0xffff) + protocol + length;
}
