// Where one NIC of a tenant VM meets its segment.
import { z } from 'zod';
import { addressOf, Name } from '../address.ts';
import { Ipv4Address, MacAddress } from '../network.ts';

export const PortSpec = z.strictObject({
  tenant: Name,
  vm: Name,
  /** Name of the NIC inside the VM, `eth0`. */
  nic: Name,
  segment: addressOf('segment'),
  /** MAC address of the guest's NIC. */
  mac: MacAddress,
  /** Addresses the guest may use, sorted; empty = any (address comes by DHCP from outside). */
  ips: z.array(Ipv4Address),
  mtu: z.number().int().min(576).max(9216),
});
export type PortSpec = z.infer<typeof PortSpec>;
