// Packets that a recorder has taken without the header of their link: those of `tcpdump -i any` behind the header that Linux makes
// up, and bare packets of IP [tcpdump.org/linktypes: LINUX_SLL, LINUX_SLL2, RAW]. They become Ethernet frames whose addresses are
// zero, as nobody knows them.
import { LINK_TYPE, type LinkType } from './blocks.ts';

const ADDRESSES_BYTES = 12;
const TYPE_BYTES = 2;
const [IPV4, IPV6] = [0x0800, 0x86dd];

/** How long a made-up header is, and where in it the type of what follows is. */
const HEADERS: ReadonlyMap<LinkType, { readonly bytes: number; readonly type: number }> = new Map([
  [LINK_TYPE.cooked, { bytes: 16, type: 14 }],
  [LINK_TYPE.cookedNew, { bytes: 20, type: 0 }],
]);

/** @returns the packet in an Ethernet frame; `undefined` for a type of link that is none of these, and for what is cut off */
export function fromCooked(type: LinkType, packet: Uint8Array): Uint8Array | undefined {
  if (type === LINK_TYPE.rawIp) return inEthernet(ipType(packet), packet);
  const header = HEADERS.get(type);
  if (header === undefined || packet.length < header.bytes) return undefined;
  const [high = 0, low = 0] = packet.subarray(header.type);
  return inEthernet((high << 8) | low, packet.subarray(header.bytes));
}

function ipType([first = 0]: Uint8Array): number | undefined {
  const version = first >> 4;
  if (version === 4) return IPV4;
  return version === 6 ? IPV6 : undefined;
}

function inEthernet(type: number | undefined, packet: Uint8Array): Uint8Array | undefined {
  if (type === undefined) return undefined;
  const frame = new Uint8Array(ADDRESSES_BYTES + TYPE_BYTES + packet.length);
  frame[ADDRESSES_BYTES] = type >> 8;
  frame[ADDRESSES_BYTES + 1] = type;
  frame.set(packet, ADDRESSES_BYTES + TYPE_BYTES);
  return frame;
}
