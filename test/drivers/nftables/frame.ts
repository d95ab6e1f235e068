// Ethernet frames as bytes: ARP, and IPv4 with TCP, UDP or ICMP. Builds what a guest could send, honest or not, and reads
// what arrives. Knows nothing of sockets.
import { ipv4ToNumber, numberToIpv4 } from '../../../runtime/model/network.ts';

export const BROADCAST = 'ff:ff:ff:ff:ff:ff';
const TYPE = { ip: 0x0800, arp: 0x0806, ip6: 0x86dd, vlan: 0x8100 } as const;
const PROTOCOL = { icmp: 1, tcp: 6, udp: 17 } as const;

export interface Ends {
  readonly sourceMac: string;
  readonly targetMac: string;
}

export interface Packet {
  readonly protocol: 'icmp' | 'tcp' | 'udp';
  readonly source: string;
  readonly destination: string;
  /** Source port; of ICMP the identifier. */
  readonly sourcePort: number;
  /** Destination port; ICMP has none. */
  readonly destinationPort: number;
  /** The answer to a request: SYN+ACK, echo reply. */
  readonly reply?: boolean;
  /** TCP flags in place of SYN or SYN+ACK; the sequence numbers are those that follow a handshake. */
  readonly flags?: number;
  /** ICMP type in place of echo or echo reply. */
  readonly icmpType?: number;
  /** Of the IPv4 header; absent = 0. */
  readonly identification?: number;
}

/** The IPv4 header of any packet. */
export interface Header {
  readonly source: string;
  readonly destination: string;
  /** Number of the protocol. */
  readonly protocol: number;
  readonly identification?: number;
  /** Flags and offset in units of eight bytes, as the header has them; absent = no fragment. */
  readonly fragment?: number;
}

export function arpFrame(ends: Ends, senderMac: string, senderIp: string, targetIp: string): Buffer {
  const body = Buffer.concat([
    bytes16(1, TYPE.ip),
    Buffer.from([6, 4]),
    bytes16(1),
    mac(senderMac),
    ip(senderIp),
    Buffer.alloc(6),
    ip(targetIp),
  ]);
  return ethernet(ends, TYPE.arp, body);
}

export function ipFrame(ends: Ends, packet: Packet): Buffer {
  return ethernet(ends, TYPE.ip, ipv4(packet));
}

/** A packet with any bytes behind its IPv4 header. */
export function anyIpFrame(ends: Ends, header: Header, body: Buffer): Buffer {
  return ethernet(ends, TYPE.ip, Buffer.concat([ipHeader(header, body.length), body]));
}

/** "Port unreachable" about a packet, said by the one it was sent to [RFC 792]. @param to  who is told, its sender as a rule */
export function icmpErrorFrame(ends: Ends, about: Packet, identification = 0, to = about.source): Buffer {
  const quoted = ipv4(about).subarray(0, 28);
  const body = Buffer.concat([Buffer.from([3, 3, 0, 0, 0, 0, 0, 0]), quoted]);
  body.writeUInt16BE(checksum(body), 2);
  const { destination } = about;
  return anyIpFrame(ends, { source: destination, destination: to, protocol: PROTOCOL.icmp, identification }, body);
}

/** The same packet behind an IEEE 802.1Q tag, which a filter that looks only at IPv4 frames would miss. */
export function taggedFrame(ends: Ends, packet: Packet, vlan: number): Buffer {
  return ethernet(ends, TYPE.vlan, Buffer.concat([bytes16(vlan, TYPE.ip), ipv4(packet)]));
}

/** An IPv6 frame without next header. */
export function ip6Frame(ends: Ends): Buffer {
  const header = Buffer.alloc(40);
  header[0] = 0x60;
  header[6] = 59;
  header[7] = 64;
  header.write('fe800000000000000000000000000001fe800000000000000000000000000002', 8, 'hex');
  return ethernet(ends, TYPE.ip6, header);
}

function ethernet({ sourceMac, targetMac }: Ends, type: number, body: Buffer): Buffer {
  return Buffer.concat([mac(targetMac), mac(sourceMac), bytes16(type), body]);
}

function ipv4(packet: Packet): Buffer {
  const body = transport(packet);
  return Buffer.concat([ipHeader({ ...packet, protocol: PROTOCOL[packet.protocol] }, body.length), body]);
}

function ipHeader({ source, destination, protocol, identification = 0, fragment = 0 }: Header, length: number): Buffer {
  const header = Buffer.alloc(20);
  header.writeUInt8(0x45, 0);
  header.writeUInt16BE(20 + length, 2);
  header.writeUInt16BE(identification, 4);
  header.writeUInt16BE(fragment, 6);
  header.writeUInt8(64, 8);
  header.writeUInt8(protocol, 9);
  ip(source).copy(header, 12);
  ip(destination).copy(header, 16);
  header.writeUInt16BE(checksum(header), 10);
  return header;
}

/** What follows the IPv4 header of a packet. */
export function transport(packet: Packet): Buffer {
  if (packet.protocol === 'icmp') return icmp(packet);
  return packet.protocol === 'tcp' ? tcp(packet) : udp(packet);
}

function icmp({ reply, sourcePort, icmpType = reply ? 0 : 8 }: Packet): Buffer {
  const body = Buffer.concat([Buffer.from([icmpType, 0, 0, 0]), bytes16(sourcePort, 1)]);
  body.writeUInt16BE(checksum(body), 2);
  return body;
}

/** Without checksum, which UDP over IPv4 allows [RFC 768]. */
function udp({ sourcePort, destinationPort }: Packet): Buffer {
  return Buffer.concat([bytes16(sourcePort, destinationPort, 12, 0), Buffer.from('ping')]);
}

function tcp(packet: Packet): Buffer {
  const { reply = false, flags = reply ? 0x12 : 0x02 } = packet;
  const body = Buffer.alloc(20);
  const [own, other] = reply ? [9_000, 1_000] : [1_000, 9_000];
  body.writeUInt16BE(packet.sourcePort, 0);
  body.writeUInt16BE(packet.destinationPort, 2);
  body.writeUInt32BE((flags & 2) !== 0 ? own : own + 1, 4);
  body.writeUInt32BE((flags & 16) !== 0 ? other + 1 : 0, 8);
  body.writeUInt16BE(0x5000 | flags, 12);
  body.writeUInt16BE(64_000, 14);
  const pseudo = Buffer.concat([ip(packet.source), ip(packet.destination), bytes16(PROTOCOL.tcp, body.length)]);
  body.writeUInt16BE(checksum(Buffer.concat([pseudo, body])), 16);
  return body;
}

/** What an IPv4 frame carries; `undefined` for any other frame. */
export function readPacket(frame: Buffer): Packet | undefined {
  if (frame.length < 42 || frame.readUInt16BE(12) !== TYPE.ip) return undefined;
  const names = Object.entries(PROTOCOL).find(([, number]) => number === frame.readUInt8(23));
  if (names === undefined) return undefined;
  const protocol = names[0] as Packet['protocol'];
  const ends = { source: numberToIpv4(frame.readUInt32BE(26)), destination: numberToIpv4(frame.readUInt32BE(30)) };
  if (protocol === 'icmp') return { protocol, ...ends, sourcePort: frame.readUInt16BE(38), destinationPort: 0 };
  return { protocol, ...ends, sourcePort: frame.readUInt16BE(34), destinationPort: frame.readUInt16BE(36) };
}

/** Internet checksum [RFC 1071]. */
function checksum(data: Buffer): number {
  let sum = 0;
  for (let index = 0; index < data.length; index += 2) sum += (data[index] ?? 0) * 256 + (data[index + 1] ?? 0);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}

function mac(text: string): Buffer {
  return Buffer.from(text.replaceAll(':', ''), 'hex');
}

function ip(text: string): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(ipv4ToNumber(text));
  return bytes;
}

function bytes16(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 2);
  for (const [index, value] of values.entries()) bytes.writeUInt16BE(value, index * 2);
  return bytes;
}
