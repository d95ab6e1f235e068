// One leg of an edge router: where one segment is routed towards an uplink. Legs are separate resources, with routing
// tables of their own, so that tenants may use the same addresses and never reach each other through the router.
import { z } from 'zod';
import { addressOf, Name } from '../address.ts';
import { Ipv4Address, Ipv4Interface, Ipv4Network, MacAddress } from '../network.ts';

export const DhcpHost = z.strictObject({ mac: MacAddress, ip: Ipv4Address, name: Name });
export const DhcpServer = z.strictObject({
  first: Ipv4Address,
  last: Ipv4Address,
  leaseSeconds: z.number().int().min(120).max(31_536_000),
  /** Fixed leases, sorted by MAC. */
  hosts: z.array(DhcpHost),
});
export type DhcpServer = z.infer<typeof DhcpServer>;

export const EdgeSpec = z.strictObject({
  tenant: Name,
  /** Name of the drawn edge router this leg belongs to. */
  router: Name,
  segment: addressOf('segment'),
  uplink: addressOf('uplink'),
  /** The leg's address in the tenant segment, `10.0.0.1/24`. */
  inside: Ipv4Interface,
  insideMac: MacAddress,
  mtu: z.number().int().min(576).max(9216),
  /** The leg's address towards the uplink. */
  outside: Ipv4Interface,
  outsideMac: MacAddress,
  /** Default gateway beyond the uplink. */
  defaultGateway: Ipv4Address.optional(),
  /** Source NAT (masquerade) to the outside address. */
  nat: z.boolean(),
  dhcp: DhcpServer.optional(),
  /** DNS servers handed out by DHCP. */
  dns: z.array(Ipv4Address),
  routes: z.array(z.strictObject({ destination: Ipv4Network, via: Ipv4Address })),
});
export type EdgeSpec = z.infer<typeof EdgeSpec>;
