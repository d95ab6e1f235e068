// Arithmetic of a tenant's subnet: which addresses are whose. The first host is always the edge router's.
import { type Cidr, netmask, numberToIpv4, parseCidr } from './network.ts';

export interface Subnet {
  readonly cidr: Cidr;
  readonly network: number;
  /** The edge router's address. */
  readonly router: number;
  readonly broadcast: number;
}

/** Least and most prefix length of a subnet that has room for a router and at least one station. */
export const PREFIX_LEAST = 8;
export const PREFIX_MOST = 30;

/** Reads `10.0.0.0/24`; `undefined` when it is not a network or has no room. */
export function parseSubnet(text: string): Subnet | undefined {
  const cidr = parseCidr(text);
  if (cidr === undefined || cidr.prefix < PREFIX_LEAST || cidr.prefix > PREFIX_MOST) return undefined;
  const mask = netmask(cidr.prefix);
  const network = (cidr.address & mask) >>> 0;
  return { cidr, network, router: network + 1, broadcast: (network | ~mask) >>> 0 };
}

/** The edge router's address with the prefix, `10.0.0.1/24`. */
export function routerInterface(subnet: Subnet): string {
  return `${numberToIpv4(subnet.router)}/${subnet.cidr.prefix}`;
}

/** First and last address that DHCP may hand out: all but network, router and broadcast. */
export function leaseRange(subnet: Subnet): { readonly first: string; readonly last: string } {
  return { first: numberToIpv4(subnet.router + 1), last: numberToIpv4(subnet.broadcast - 1) };
}
