// Which devices belong to a segment, by name and by what they are plugged into. Pure.
import { deviceName } from '../../host/linux/device-name.ts';
import type { Link } from '../../host/linux/links.ts';
import { claimsOn } from '../../host/linux/uplink-claim.ts';
import type { Address } from '../../model/address.ts';

export interface SegmentDevices {
  readonly bridge: string;
  /** The VXLAN device of an overlay, or the VLAN device of a tagged uplink. */
  readonly tunnel: string;
}

export function segmentDevices(address: Address<'segment'>): SegmentDevices {
  return { bridge: deviceName('gws', address), tunnel: deviceName('gwx', address) };
}

/** What is plugged into a bridge: borrowed cards (they carry an uplink's claim) and the rest. */
export function membersOf(bridge: string, links: readonly Link[]): { readonly cards: readonly Link[] } {
  return { cards: links.filter(link => link.master === bridge && claimsOn(link).length > 0) };
}
