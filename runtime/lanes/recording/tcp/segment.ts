// A TCP segment in an Ethernet frame of a recording, with or without VLAN tags, in IPv4 or IPv6. What is none is passed over;
// every length is checked against the bytes that are there.

const ETHERNET_BYTES = 14;
const TAG_BYTES = 4;
const MOST_TAGS = 2;
const TAGS: ReadonlySet<number> = new Set([0x8100, 0x88a8, 0x9100]);
const [IPV4, IPV6, TCP] = [0x0800, 0x86dd, 6];
const [IPV4_BYTES, IPV6_BYTES, TCP_BYTES] = [20, 40, 20];
const [IPV4_ADDRESS, IPV6_ADDRESS, PORTS] = [4, 16, 4];

export interface TcpSegment {
  /** Both ends with their ports, as bytes of a text: the key of one direction of a connection. */
  readonly flow: string;
  readonly targetPort: number;
  readonly sequence: number;
  /** It opens its direction; its number is taken by that. */
  readonly opens: boolean;
  /** Nothing comes after it. */
  readonly ends: boolean;
  /** Part of the frame. */
  readonly payload: Uint8Array;
}

/** @returns `undefined` for anything else, a fragment of a packet too */
export function tcpSegment(frame: Uint8Array): TcpSegment | undefined {
  const bytes = Buffer.from(frame.buffer, frame.byteOffset, frame.byteLength);
  let at = ETHERNET_BYTES;
  for (let tags = 0; tags < MOST_TAGS && at <= bytes.length && TAGS.has(bytes.readUInt16BE(at - 2)); tags += 1)
    at += TAG_BYTES;
  if (at > bytes.length) return undefined;
  const type = bytes.readUInt16BE(at - 2);
  if (type === IPV4) return inIpv4(bytes, at);
  return type === IPV6 ? inIpv6(bytes, at) : undefined;
}

function inIpv4(bytes: Buffer, ip: number): TcpSegment | undefined {
  if (bytes.length < ip + IPV4_BYTES || bytes.readUInt8(ip) >> 4 !== 4 || bytes.readUInt8(ip + 9) !== TCP)
    return undefined;
  const header = (bytes.readUInt8(ip) & 0x0f) * 4;
  const total = bytes.readUInt16BE(ip + 2);
  const isFragment = (bytes.readUInt16BE(ip + 6) & 0x3fff) !== 0;
  if (isFragment || header < IPV4_BYTES) return undefined;
  // A card that cuts segments by itself is recorded before it does: the length is not known yet, and 0.
  const end = total === 0 ? bytes.length : ip + total;
  return segment(bytes, { addresses: ip + 12, size: IPV4_ADDRESS, tcp: ip + header, end });
}

function inIpv6(bytes: Buffer, ip: number): TcpSegment | undefined {
  if (bytes.length < ip + IPV6_BYTES || bytes.readUInt8(ip) >> 4 !== 6 || bytes.readUInt8(ip + 6) !== TCP)
    return undefined;
  const length = bytes.readUInt16BE(ip + 4);
  const end = length === 0 ? bytes.length : ip + IPV6_BYTES + length;
  return segment(bytes, { addresses: ip + 8, size: IPV6_ADDRESS, tcp: ip + IPV6_BYTES, end });
}

interface Packet {
  /** Where the source's address is; the target's follows. */
  readonly addresses: number;
  /** Bytes of an address. */
  readonly size: number;
  readonly tcp: number;
  readonly end: number;
}

function segment(bytes: Buffer, { addresses, size, tcp, end }: Packet): TcpSegment | undefined {
  if (end > bytes.length || tcp + TCP_BYTES > end) return undefined;
  const data = tcp + (bytes.readUInt8(tcp + 12) >> 4) * 4;
  if (data < tcp + TCP_BYTES || data > end) return undefined;
  const flags = bytes.readUInt8(tcp + 13);
  return {
    flow: bytes.toString('latin1', addresses, addresses + 2 * size) + bytes.toString('latin1', tcp, tcp + 4),
    targetPort: bytes.readUInt16BE(tcp + 2),
    sequence: bytes.readUInt32BE(tcp + 4),
    opens: (flags & 0x02) !== 0,
    ends: (flags & 0x05) !== 0,
    payload: bytes.subarray(data, end),
  };
}

/** The addresses of a flow, for people: its source and its target. */
export function flowEnds(flow: string): readonly [source: string, target: string] {
  const bytes = Buffer.from(flow, 'latin1');
  const size = (bytes.length - PORTS) / 2;
  const show = size === IPV4_ADDRESS ? ipv4Text : ipv6Text;
  return [show(bytes.subarray(0, size)), show(bytes.subarray(size, 2 * size))];
}

function ipv4Text(address: Buffer): string {
  return address.join('.');
}

/** Without the short form of zeros: it is for reading, not for comparing. */
function ipv6Text(address: Buffer): string {
  return Array.from({ length: 8 }, (_, group) => address.readUInt16BE(2 * group).toString(16)).join(':');
}
