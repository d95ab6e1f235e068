// VXLAN [RFC 7348 section 5]: eight bytes before an Ethernet frame, in a UDP datagram. Knows no sockets.
import { putU32, u32 } from '../packet/bytes.ts';
import { ETHERNET_BYTES } from '../packet/view.ts';

export const VXLAN_BYTES = 8;
/** The I flag: the network identifier is valid. The others are zero when sent and ignored when received. */
const VNI_IS_VALID = 0x08;

/** @param into  room for the header and the frame @returns bytes written */
export function encapsulate(vni: number, frame: Uint8Array, into: Uint8Array): number {
  putU32(into, 0, VNI_IS_VALID * 0x100_0000);
  putU32(into, 4, vni * 0x100);
  into.set(frame, VXLAN_BYTES);
  return frame.length + VXLAN_BYTES;
}

/** The network a datagram belongs to; -1 when it is no VXLAN or carries less than an Ethernet header. */
export function networkOf(datagram: Uint8Array): number {
  if (datagram.length < VXLAN_BYTES + ETHERNET_BYTES) return -1;
  return ((datagram[0] as number) & VNI_IS_VALID) === 0 ? -1 : u32(datagram, 4) >>> 8;
}
