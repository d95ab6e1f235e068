// Ethernet frames with TCP in them, as a switch would mirror them, and pcap files of them. Checksums are right, so that any
// reader takes them.
import { addWords, foldSum, pseudoSum } from '../../../runtime/switch/packet/checksum.ts';

export interface Segment {
  readonly from: readonly [address: string, port: number];
  readonly to: readonly [address: string, port: number];
  readonly sequence: number;
  /** SYN 2, FIN 1, RST 4, ACK 16. */
  readonly flags?: number;
  readonly payload?: Uint8Array;
  /** VLANs, the outermost first. */
  readonly tags?: readonly number[];
}

const IP = 20;

/** An IPv4 segment in an Ethernet frame. */
export function tcpFrame({
  from,
  to,
  sequence,
  flags = 0x18,
  payload = new Uint8Array(0),
  tags = [],
}: Segment): Buffer {
  const packet = Buffer.alloc(2 * IP + payload.length);
  packet.writeUInt8(0x45, 0);
  packet.writeUInt16BE(packet.length, 2);
  packet.writeUInt8(64, 8);
  packet.writeUInt8(6, 9);
  for (const [place, [address]] of [from, to].entries()) packet.set(address.split('.').map(Number), 12 + 4 * place);
  packet.writeUInt16BE(foldSum(addWords(0, packet, 0, IP)), 10);
  packet.writeUInt16BE(from[1], IP);
  packet.writeUInt16BE(to[1], IP + 2);
  packet.writeUInt32BE(sequence >>> 0, IP + 4);
  packet.writeUInt8(5 << 4, IP + 12);
  packet.writeUInt8(flags, IP + 13);
  packet.writeUInt16BE(8_192, IP + 14);
  packet.set(payload, 2 * IP);
  const sum = addWords(pseudoSum(packet, 0, 6, packet.length - IP), packet, IP, packet.length);
  packet.writeUInt16BE(foldSum(sum), IP + 16);
  return Buffer.concat([Buffer.alloc(12, 2), ...tags.map(tag => typed(0x8100, tag)), typed(0x0800), packet]);
}

/** An Ethernet frame of IPv6 with the same TCP segment as the one of IPv4. */
export function inIpv6(frame: Buffer): Buffer {
  const tcp = frame.subarray(14 + IP);
  const head = Buffer.alloc(40);
  head.writeUInt8(0x60, 0);
  head.writeUInt16BE(tcp.length, 4);
  head.writeUInt8(6, 6);
  head.writeUInt16BE(0xfd00, 8);
  head.writeUInt16BE(0xfd00, 24);
  return Buffer.concat([frame.subarray(0, 12), typed(0x86dd), head, tcp]);
}

function typed(type: number, tag?: number): Buffer {
  const bytes = Buffer.alloc(tag === undefined ? 2 : 4);
  bytes.writeUInt16BE(type, 0);
  if (tag !== undefined) bytes.writeUInt16BE(tag, 2);
  return bytes;
}

/**
 * A pcap file.
 * @param packets  each with its time in microseconds since 1970
 * @param type     of the link; Ethernet when it is not given
 */
export function pcapFile(packets: readonly (readonly [time: number, frame: Uint8Array])[], type = 1): Buffer {
  return Buffer.concat([
    words(0xa1b2_c3d4, 0x0004_0002, 0, 0, 262_144, type),
    ...packets.flatMap(([time, frame]) => [
      words(Math.floor(time / 1_000_000), time % 1_000_000, frame.length, frame.length),
      frame,
    ]),
  ]);
}

function words(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(4 * values.length);
  for (const [place, value] of values.entries()) bytes.writeUInt32LE(value, 4 * place);
  return bytes;
}
