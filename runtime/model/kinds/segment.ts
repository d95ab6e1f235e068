// One tenant's layer-2 segment on one gateway: a virtual switch and, for an overlay, its end of the tunnel.
import { z } from 'zod';
import { addressOf, Name } from '../address.ts';
import { Ipv4Address, MacAddress } from '../network.ts';

/** VXLAN network identifier (RFC 7348 section 5: 24 bits; 0 is not used). */
export const Vni = z.number().int().min(1).max(0xffffff);

/** Another gateway that carries the same overlay, and the stations that live behind it. */
export const TunnelPeer = z.strictObject({
  /** Tunnel end point address of the peer. */
  address: Ipv4Address,
  /** MAC addresses behind the peer, sorted; the static forwarding table. */
  macs: z.array(MacAddress),
});
export type TunnelPeer = z.infer<typeof TunnelPeer>;

export const SegmentSpec = z.strictObject({
  tenant: Name,
  /** Name of the drawn switch; the same on every gateway an overlay spans. */
  vswitch: Name,
  mode: z.enum(['local', 'overlay', 'vlan']),
  mtu: z.number().int().min(576).max(9216),
  /** Only with `overlay`. */
  vni: Vni.optional(),
  /** Only with `overlay`: this gateway's tunnel end point. */
  tunnelAddress: Ipv4Address.optional(),
  /** Only with `overlay`: sorted by address. */
  peers: z.array(TunnelPeer),
  /** Only with `vlan`: IEEE 802.1Q VLAN id. */
  vlan: z.number().int().min(1).max(4094).optional(),
  /** The NIC this segment is bridged onto, when it is wired straight to an uplink. */
  uplink: addressOf('uplink').optional(),
});
export type SegmentSpec = z.infer<typeof SegmentSpec>;
