// IEEE 802.1Q tags at the edge of a segment. Frames are untagged inside.
import { putU16, u16 } from '../packet/bytes.ts';
import { ETHER, ETHERNET_BYTES } from '../packet/view.ts';

export const TAG_BYTES = 4;
const ADDRESS_BYTES = 12;

/** The VLAN id of a tagged frame; -1 when it has no 802.1Q tag. */
export function vlanOf(frame: Uint8Array): number {
  if (frame.length < ETHERNET_BYTES + TAG_BYTES || u16(frame, ADDRESS_BYTES) !== ETHER.vlan) return -1;
  return u16(frame, ADDRESS_BYTES + 2) & 0xfff;
}

/** Writes a frame with a tag. @param into  room for the frame and its tag @returns bytes written */
export function writeTagged(frame: Uint8Array, vlan: number, into: Uint8Array): number {
  into.set(frame.subarray(0, ADDRESS_BYTES));
  putU16(into, ADDRESS_BYTES, ETHER.vlan);
  putU16(into, ADDRESS_BYTES + 2, vlan);
  into.set(frame.subarray(ADDRESS_BYTES), ADDRESS_BYTES + TAG_BYTES);
  return frame.length + TAG_BYTES;
}

/** Writes a tagged frame without its tag. @returns bytes written */
export function writeUntagged(frame: Uint8Array, into: Uint8Array): number {
  into.set(frame.subarray(0, ADDRESS_BYTES));
  into.set(frame.subarray(ADDRESS_BYTES + TAG_BYTES), ADDRESS_BYTES);
  return frame.length - TAG_BYTES;
}
