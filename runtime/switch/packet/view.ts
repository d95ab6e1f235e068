// What a frame says of itself, read once and kept in one object that is used again for the next frame: the data path
// allocates nothing. Every length is checked against the bytes that are there; what does not fit is not what it claims.
import { u16, u32, u48 } from './bytes.ts';

export const ETHER = { ipv4: 0x0800, arp: 0x0806, vlan: 0x8100, serviceVlan: 0x88a8, ipv6: 0x86dd } as const;
export const IP = { icmp: 1, tcp: 6, udp: 17 } as const;

/** Bytes of an Ethernet header without a tag. */
export const ETHERNET_BYTES = 14;
const ARP_BYTES = 28;
const IPV4_BYTES = 20;

/** Bytes of the smallest header of a protocol; less is no such packet. */
const LEAST = new Map<number, number>([
  [IP.icmp, 8],
  [IP.tcp, 20],
  [IP.udp, 8],
]);

/**
 * One frame, read. Fields of a layer hold what an earlier frame left unless the flag of that layer is set:
 * `isIpv4`, `isArp`, `hasTransport`.
 */
export class PacketView {
  /** Bytes of the frame; valid as long as the receiver of the frame may read it. */
  bytes: Uint8Array = new Uint8Array(0);
  /** 48-bit numbers. */
  targetMac = 0;
  sourceMac = 0;
  /** The type field after the addresses; `ETHER.vlan` for a tagged frame, which is not looked into. */
  etherType = 0;

  /** A well-formed IPv4 header with all the bytes it announces. */
  isIpv4 = false;
  /** Where the IPv4 payload starts and where it ends; bytes after it are padding. */
  payload = 0;
  end = 0;
  /** Unsigned 32-bit numbers. */
  sourceIp = 0;
  targetIp = 0;
  protocol = 0;
  ttl = 0;
  identification = 0;
  /** In bytes; above 0 for every fragment but the first. */
  fragmentOffset = 0;
  moreFragments = false;

  /** The first bytes of a TCP, UDP or ICMP packet are there (never for a later fragment). */
  hasTransport = false;
  /** Ports of TCP and UDP. */
  sourcePort = 0;
  targetPort = 0;
  /** FIN 1, SYN 2, RST 4, PSH 8, ACK 16. */
  tcpFlags = 0;
  icmpType = 0;
  icmpCode = 0;
  /** Identifier of an ICMP echo. */
  icmpId = 0;

  /** ARP for IPv4 over Ethernet [RFC 826]. */
  isArp = false;
  /** 1 request, 2 reply. */
  arpOperation = 0;
  arpSenderMac = 0;
  arpSenderIp = 0;
  arpTargetMac = 0;
  arpTargetIp = 0;

  /** Reads a frame. @returns false when it is shorter than an Ethernet header; nothing else is valid then */
  read(bytes: Uint8Array): boolean {
    this.bytes = bytes;
    this.isIpv4 = false;
    this.isArp = false;
    this.hasTransport = false;
    if (bytes.length < ETHERNET_BYTES) return false;
    this.targetMac = u48(bytes, 0);
    this.sourceMac = u48(bytes, 6);
    this.etherType = u16(bytes, 12);
    if (this.etherType === ETHER.ipv4) this.#readIpv4(bytes, ETHERNET_BYTES);
    else if (this.etherType === ETHER.arp) this.#readArp(bytes, ETHERNET_BYTES);
    return true;
  }

  #readIpv4(bytes: Uint8Array, at: number): void {
    if (bytes.length < at + IPV4_BYTES) return;
    const first = bytes[at] as number;
    const header = (first & 0x0f) * 4;
    const total = u16(bytes, at + 2);
    if (first >>> 4 !== 4 || header < IPV4_BYTES || total < header || at + total > bytes.length) return;
    this.isIpv4 = true;
    this.payload = at + header;
    this.end = at + total;
    this.identification = u16(bytes, at + 4);
    const fragment = u16(bytes, at + 6);
    this.moreFragments = (fragment & 0x2000) !== 0;
    this.fragmentOffset = (fragment & 0x1fff) * 8;
    this.ttl = bytes[at + 8] as number;
    this.protocol = bytes[at + 9] as number;
    this.sourceIp = u32(bytes, at + 12);
    this.targetIp = u32(bytes, at + 16);
    if (this.fragmentOffset === 0) this.#readTransport(bytes, this.payload);
  }

  #readTransport(bytes: Uint8Array, at: number): void {
    const least = LEAST.get(this.protocol);
    if (least === undefined || this.end - at < least) return;
    this.hasTransport = true;
    if (this.protocol === IP.icmp) {
      this.icmpType = bytes[at] as number;
      this.icmpCode = bytes[at + 1] as number;
      this.icmpId = u16(bytes, at + 4);
      return;
    }
    this.sourcePort = u16(bytes, at);
    this.targetPort = u16(bytes, at + 2);
    this.tcpFlags = this.protocol === IP.tcp ? (bytes[at + 13] as number) : 0;
  }

  #readArp(bytes: Uint8Array, at: number): void {
    if (bytes.length < at + ARP_BYTES) return;
    if (u16(bytes, at) !== 1 || u16(bytes, at + 2) !== ETHER.ipv4 || u16(bytes, at + 4) !== 0x0604) return;
    this.isArp = true;
    this.arpOperation = u16(bytes, at + 6);
    this.arpSenderMac = u48(bytes, at + 8);
    this.arpSenderIp = u32(bytes, at + 14);
    this.arpTargetMac = u48(bytes, at + 18);
    this.arpTargetIp = u32(bytes, at + 24);
  }
}
