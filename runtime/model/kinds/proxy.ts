// What judges Modbus TCP on one guarded link, request by request: a process between the device's end of the link and its
// segment. The policy sends it the traffic and lets none pass it by; this says by which rules it judges.
import { z } from 'zod';
import { type Address, AnyAddress, addressOf, formatAddress, Name, parseAddress } from '../address.ts';
import { Ipv4Address, Ipv4Interface } from '../network.ts';
import { LineGuard } from './line.ts';

export const ProxySpec = z.strictObject({
  tenant: Name,
  segment: addressOf('segment'),
  /** The device's end of the guarded link: a `port`, an `edge` leg, or an `uplink`. */
  port: AnyAddress,
  /** Of the segment. */
  mtu: z.number().int().min(576).max(9216),
  /** Router of the segment with the prefix of its network, `10.0.0.1/24`; absent = everything is on the segment. */
  router: Ipv4Interface.optional(),
  /** In drawing order; all must accept a request. */
  guards: z.array(LineGuard).min(1).max(8),
  /**
   * Addresses of the VMs on their side of the link, by which it is told who asks, sorted: those of the VM whose port it is; at an
   * edge leg or an uplink those of all VMs of the segment. Absent when no rule has a direction.
   */
  vms: z.array(Ipv4Address).optional(),
});
export type ProxySpec = z.infer<typeof ProxySpec>;

/**
 * The proxy of a guarded link. Several segments may share an uplink, so there the segment names it too.
 * @param port  the device's end of the link
 */
export function proxyOf(port: Address, segment: Address<'segment'>): Address<'proxy'> {
  const { kind, gateway, name } = parseAddress(port) ?? { kind: 'port', gateway: '', name: '' };
  const own = kind === 'uplink' ? `${name}.${parseAddress(segment)?.name}` : name;
  return formatAddress('proxy', gateway, own);
}
