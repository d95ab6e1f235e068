// Packets put together again from their fragments [RFC 791, RFC 815], because connections are told apart by ports and only the
// first fragment has them. Bounded in packets, bytes and time; pieces that overlap are an attack, and end the packet [RFC 5722].
import { putU16, u16 } from '../packet/bytes.ts';
import { addWords, foldSum } from '../packet/checksum.ts';
import { ETHERNET_BYTES, type PacketView } from '../packet/view.ts';

const HEADER = ETHERNET_BYTES + 20;
const MOST_PACKET_BYTES = 65_535 - 20;
/** Packets in pieces at a time; the oldest goes first. */
export const MOST_UNFINISHED = 32;
/** Pieces of one packet: as many as the smallest MTU makes of the largest packet. */
const MOST_PIECES = 128;
const KEPT_MS = 30_000;

interface Unfinished {
  readonly source: number;
  readonly target: number;
  readonly protocol: number;
  readonly identification: number;
  readonly sinceMs: number;
  /** Ethernet and IPv4 header of the first piece. */
  header: Uint8Array | undefined;
  readonly pieces: { readonly start: number; readonly bytes: Uint8Array }[];
  /** Of the whole payload; absent while the last piece is missing. */
  total: number | undefined;
  received: number;
}

export class Reassembly {
  readonly #unfinished: Unfinished[] = [];

  get size(): number {
    return this.#unfinished.length;
  }

  /**
   * Takes a fragment, without IPv4 options.
   * @returns the frame of the whole packet when this was what was missing; `malformed` when the pieces do not fit together
   */
  add(view: PacketView, now: number): Uint8Array | 'fragment' | 'malformed' {
    const packet = this.#packetOf(view, now);
    if (!put(packet, view)) {
      this.#forget(packet);
      return 'malformed';
    }
    if (packet.header === undefined || packet.received !== packet.total) return 'fragment';
    this.#forget(packet);
    return joined(packet, packet.header, packet.total);
  }

  #packetOf(view: PacketView, now: number): Unfinished {
    while ((this.#unfinished[0]?.sinceMs ?? now) + KEPT_MS <= now) this.#unfinished.shift();
    const found = this.#unfinished.find(
      packet =>
        packet.identification === view.identification &&
        packet.source === view.sourceIp &&
        packet.target === view.targetIp &&
        packet.protocol === view.protocol,
    );
    if (found !== undefined) return found;
    if (this.#unfinished.length >= MOST_UNFINISHED) this.#unfinished.shift();
    const { sourceIp: source, targetIp: target, protocol, identification } = view;
    const made = { source, target, protocol, identification, sinceMs: now, header: undefined, pieces: [], received: 0 };
    this.#unfinished.push({ ...made, total: undefined });
    return this.#unfinished[this.#unfinished.length - 1] as Unfinished;
  }

  #forget(packet: Unfinished): void {
    this.#unfinished.splice(this.#unfinished.indexOf(packet), 1);
  }
}

function put(packet: Unfinished, view: PacketView): boolean {
  const start = view.fragmentOffset;
  // WHY not `slice`: that of a Buffer makes no copy.
  const bytes = new Uint8Array(view.bytes.subarray(view.payload, view.end));
  const end = start + bytes.length;
  if (bytes.length === 0 || end > MOST_PACKET_BYTES || packet.pieces.length >= MOST_PIECES) return false;
  if (view.moreFragments ? bytes.length % 8 !== 0 : packet.total !== undefined) return false;
  if (packet.pieces.some(piece => start < piece.start + piece.bytes.length && piece.start < end)) return false;
  if (!view.moreFragments) packet.total = end;
  if (
    packet.total !== undefined &&
    (end > packet.total || packet.pieces.some(piece => piece.start >= (packet.total ?? 0)))
  )
    return false;
  if (start === 0) packet.header = new Uint8Array(view.bytes.subarray(0, HEADER));
  packet.pieces.push({ start, bytes });
  packet.received += bytes.length;
  return true;
}

function joined({ pieces }: Unfinished, header: Uint8Array, total: number): Uint8Array {
  const frame = new Uint8Array(HEADER + total);
  frame.set(header);
  for (const piece of pieces) frame.set(piece.bytes, HEADER + piece.start);
  const flags = u16(frame, ETHERNET_BYTES + 6) & 0x4000;
  finishHeader(frame, total, flags);
  return frame;
}

/**
 * Writes one fragment of a whole packet without IPv4 options.
 * @param start of the piece in the packet's payload, a multiple of 8  @param most bytes of a piece
 * @returns the length of the frame, in bytes
 */
export function putFragment(out: Uint8Array, whole: Uint8Array, end: number, start: number, most: number): number {
  const length = Math.min(most, end - HEADER - start);
  for (let index = 0; index < HEADER; index += 1) out[index] = whole[index] as number;
  for (let index = 0; index < length; index += 1) out[HEADER + index] = whole[HEADER + start + index] as number;
  const more = HEADER + start + length < end ? 0x2000 : 0;
  finishHeader(out, length, more | (start / 8));
  return HEADER + length;
}

function finishHeader(frame: Uint8Array, payload: number, flags: number): void {
  putU16(frame, ETHERNET_BYTES + 2, 20 + payload);
  putU16(frame, ETHERNET_BYTES + 6, flags);
  putU16(frame, ETHERNET_BYTES + 10, 0);
  putU16(frame, ETHERNET_BYTES + 10, foldSum(addWords(0, frame, ETHERNET_BYTES, HEADER)));
}
