// How many bytes a frame counts for where it is not looked into: what follows its Ethernet header and tag, as Linux counts.
import { ETHER, ETHERNET_BYTES, type PacketView } from '../packet/view.ts';

const TAG_BYTES = 4;

export function frameBytes(view: PacketView): number {
  const tagged = view.etherType === ETHER.vlan || view.etherType === ETHER.serviceVlan;
  return view.bytes.length - ETHERNET_BYTES - (tagged ? TAG_BYTES : 0);
}
