// Whether a TCP, UDP or ICMP header is whole and of a length that fits its packet, as Linux asks before it tracks a packet.
import { u16 } from '../packet/bytes.ts';
import { IP, type PacketView } from '../packet/view.ts';

const LEAST_TCP = 20;
const LEAST_UDP = 8;

/** @param view  IPv4, no later fragment; of a first fragment all of the header must be there, so that nothing is filled in later */
export function hasSoundHeader(view: PacketView): boolean {
  const { protocol, bytes, payload, end } = view;
  if (protocol !== IP.tcp && protocol !== IP.udp && protocol !== IP.icmp) return true;
  if (!view.hasTransport) return false;
  if (protocol === IP.tcp) {
    const header = ((bytes[payload + 12] as number) >>> 4) * 4;
    return header >= LEAST_TCP && payload + header <= end;
  }
  if (protocol === IP.icmp) return true;
  const length = u16(bytes, payload + 4);
  return length >= LEAST_UDP && (view.moreFragments || payload + length <= end);
}
