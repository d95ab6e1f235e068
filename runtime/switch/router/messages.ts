// The packets a leg makes itself: ARP, answers to a ping, ICMP errors and, inside, UDP datagrams.
import { putU16, putU32, putU48 } from '../packet/bytes.ts';
import { addWords, foldSum, pseudoSum } from '../packet/checksum.ts';
import { ETHER, ETHERNET_BYTES, IP, type PacketView } from '../packet/view.ts';

const ARP_FRAME_BYTES = ETHERNET_BYTES + 28;
const IPV4_BYTES = 20;
const TTL = 64;
/** An ICMP error is never longer than this [RFC 1812 4.3.2.3]. */
const MOST_ERROR_BYTES = 576;

export interface Station {
  readonly mac: number;
  readonly ip: number;
}

/** Writes an ARP packet [RFC 826]. @param operation 1 request, 2 reply  @returns its length in bytes */
export function putArp(
  out: Uint8Array,
  operation: number,
  from: Station,
  to: number,
  targetMac: number,
  targetIp: number,
): number {
  putEthernet(out, to, from.mac, ETHER.arp);
  putU16(out, 14, 1);
  putU16(out, 16, ETHER.ipv4);
  putU16(out, 18, 0x0604);
  putU16(out, 20, operation);
  putU48(out, 22, from.mac);
  putU32(out, 28, from.ip);
  putU48(out, 32, targetMac);
  putU32(out, 38, targetIp);
  return ARP_FRAME_BYTES;
}

/** Writes the answer to a ping: what was asked, sent back. @returns its length in bytes */
export function putEchoReply(out: Uint8Array, asked: PacketView, fromMac: number, id: number): number {
  const length = asked.end - asked.payload;
  const body = ETHERNET_BYTES + IPV4_BYTES;
  putEthernet(out, asked.sourceMac, fromMac, ETHER.ipv4);
  putIpv4(out, IP.icmp, asked.targetIp, asked.sourceIp, length, id);
  for (let index = 0; index < length; index += 1) out[body + index] = asked.bytes[asked.payload + index] as number;
  out[body] = 0;
  putIcmpChecksum(out, body, body + length);
  return body + length;
}

/**
 * Writes an ICMP error about a packet [RFC 792], quoting it as it arrived.
 * @param rest the second word of the ICMP header: of "fragmentation needed" the MTU  @returns its length in bytes
 */
export function putError(
  out: Uint8Array,
  about: PacketView,
  from: Station,
  type: number,
  code: number,
  rest: number,
  id: number,
): number {
  const body = ETHERNET_BYTES + IPV4_BYTES;
  const quoted = Math.min(about.end - ETHERNET_BYTES, MOST_ERROR_BYTES - IPV4_BYTES - 8);
  putEthernet(out, about.sourceMac, from.mac, ETHER.ipv4);
  putIpv4(out, IP.icmp, from.ip, about.sourceIp, 8 + quoted, id);
  out[body] = type;
  out[body + 1] = code;
  putU32(out, body + 4, rest);
  for (let index = 0; index < quoted; index += 1) out[body + 8 + index] = about.bytes[ETHERNET_BYTES + index] as number;
  putIcmpChecksum(out, body, body + 8 + quoted);
  return body + 8 + quoted;
}

/**
 * Puts the headers before a UDP payload that is already in its place, and the checksum.
 * @param length of the payload, in bytes  @returns the length of the frame, in bytes
 */
export function putUdp(
  out: Uint8Array,
  from: Station & { readonly port: number },
  to: Station & { readonly port: number },
  length: number,
  id: number,
): number {
  const udp = ETHERNET_BYTES + IPV4_BYTES;
  putEthernet(out, to.mac, from.mac, ETHER.ipv4);
  putIpv4(out, IP.udp, from.ip, to.ip, 8 + length, id);
  putU16(out, udp, from.port);
  putU16(out, udp + 2, to.port);
  putU16(out, udp + 4, 8 + length);
  putU16(out, udp + 6, 0);
  const sum = addWords(pseudoSum(out, ETHERNET_BYTES, IP.udp, 8 + length), out, udp, udp + 8 + length);
  putU16(out, udp + 6, foldSum(sum) || 0xffff);
  return udp + 8 + length;
}
/** Where the payload of `putUdp` starts in the frame. */
export const UDP_PAYLOAD = ETHERNET_BYTES + IPV4_BYTES + 8;

/** Computes the checksum of an ICMP message anew. */
export function putIcmpChecksum(bytes: Uint8Array, start: number, end: number): void {
  putU16(bytes, start + 2, 0);
  putU16(bytes, start + 2, foldSum(addWords(0, bytes, start, end)));
}

export function putEthernet(out: Uint8Array, target: number, source: number, type: number): void {
  putU48(out, 0, target);
  putU48(out, 6, source);
  putU16(out, 12, type);
}

function putIpv4(out: Uint8Array, protocol: number, source: number, target: number, length: number, id: number): void {
  putU16(out, 14, 0x4500);
  putU16(out, 16, IPV4_BYTES + length);
  putU16(out, 18, id & 0xffff);
  putU16(out, 20, 0);
  out[22] = TTL;
  out[23] = protocol;
  putU16(out, 24, 0);
  putU32(out, 26, source);
  putU32(out, 30, target);
  putU16(out, 24, foldSum(addWords(0, out, ETHERNET_BYTES, ETHERNET_BYTES + IPV4_BYTES)));
}

/** Whether a packet is an ICMP error itself, about which no error is ever sent [RFC 1122 3.2.2]. */
export function isIcmpError(type: number): boolean {
  return type === 3 || type === 4 || type === 5 || type === 11 || type === 12;
}
