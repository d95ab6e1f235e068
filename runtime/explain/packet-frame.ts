// The first packet of a conversation as a frame: what a filter has to see of it, and nothing more. No sums are filled in: filters
// of ours do not look at them.
import { ipv4ToNumber } from '../model/network.ts';
import { macToNumber } from '../switch/packet/mac.ts';
import { ETHER, ETHERNET_BYTES, IP } from '../switch/packet/view.ts';
import type { GivenPacket } from './given-packet.ts';

const IPV4_BYTES = 20;
const TRANSPORT = ETHERNET_BYTES + IPV4_BYTES;
const TCP_BYTES = 20;
const SHORT_BYTES = 8;
const SYN = 0x02;
const ECHO_REQUEST = 8;
const TTL = 64;

/** @param mac  of the sender */
export function packetFrame(packet: GivenPacket, mac: string): Uint8Array {
  const transport = packet.protocol === 'tcp' ? TCP_BYTES : SHORT_BYTES;
  const bytes = new Uint8Array(ETHERNET_BYTES + IPV4_BYTES + transport);
  const view = new DataView(bytes.buffer);
  const sender = macToNumber(mac);
  view.setUint16(6, Math.floor(sender / 2 ** 32));
  view.setUint32(8, sender % 2 ** 32);
  view.setUint16(12, ETHER.ipv4);
  writeIpv4(view, packet, transport);
  writeTransport[packet.protocol](view, packet);
  return bytes;
}

/** RFC 791, 3.1. */
function writeIpv4(view: DataView, packet: GivenPacket, transport: number): void {
  view.setUint8(ETHERNET_BYTES, 0x45);
  view.setUint16(ETHERNET_BYTES + 2, IPV4_BYTES + transport);
  view.setUint8(ETHERNET_BYTES + 8, TTL);
  view.setUint8(ETHERNET_BYTES + 9, IP[packet.protocol]);
  view.setUint32(ETHERNET_BYTES + 12, ipv4ToNumber(packet.source));
  view.setUint32(ETHERNET_BYTES + 16, ipv4ToNumber(packet.destination));
}

type Write = (view: DataView, packet: GivenPacket) => void;

const writePorts: Write = (view, { sourcePort, port }) => {
  view.setUint16(TRANSPORT, sourcePort);
  view.setUint16(TRANSPORT + 2, port);
};

const writeTransport: Readonly<Record<GivenPacket['protocol'], Write>> = {
  /** RFC 792. */
  icmp: view => view.setUint8(TRANSPORT, ECHO_REQUEST),
  /** RFC 768. */
  udp: (view, packet) => {
    writePorts(view, packet);
    view.setUint16(TRANSPORT + 4, SHORT_BYTES);
  },
  /** RFC 9293, 3.1. */
  tcp: (view, packet) => {
    writePorts(view, packet);
    view.setUint8(TRANSPORT + 12, (TCP_BYTES / 4) << 4);
    view.setUint8(TRANSPORT + 13, SYN);
  },
};
