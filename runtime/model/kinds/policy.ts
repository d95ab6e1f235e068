// Everything one tenant may send and receive on one gateway: who owns which port, and the rules of each policed link.
import { z } from 'zod';
import { AnyAddress, addressOf, Name } from '../address.ts';
import { Ipv4Address, Ipv4Network, MacAddress, PortRange } from '../network.ts';
import { Gated } from './gated.ts';
import type { LineRule } from './line.ts';

export const RuleProtocol = z.enum(['any', 'tcp', 'udp', 'icmp']);
/**
 * Direction of the request seen from the drawing. `outbound`: left to right, field to cloud. `inbound`: the reverse.
 * Replies to an accepted request always pass, so no rule is needed for them.
 */
export const RuleDirection = z.enum(['outbound', 'inbound']);

export const Rule = z.strictObject({
  /** Unique within its firewall; names the counter. */
  id: Name,
  direction: RuleDirection,
  action: z.enum(['accept', 'drop']),
  protocol: RuleProtocol,
  /** Empty = any. */
  sources: z.array(Ipv4Network),
  /** Empty = any. */
  destinations: z.array(Ipv4Network),
  /** Destination ports, tcp and udp only. Empty = any. */
  ports: z.array(PortRange),
  log: z.boolean(),
});
export type Rule = z.infer<typeof Rule>;

/** An edge leg as a station of its segment. */
export const LegStation = z.strictObject({ leg: addressOf('edge'), mac: MacAddress });
export type LegStation = z.infer<typeof LegStation>;

/**
 * One firewall drawn on one link. The link is the place where `port` (a VM's port, an edge leg or an uplink) meets its
 * segment. Rules are tried in order, the first that matches decides, nothing matching = drop.
 */
export const PolicedLink = z.strictObject({
  firewall: Name,
  segment: addressOf('segment'),
  /** The device's end of the link: a `port`, an `edge` leg, or an `uplink`. */
  port: AnyAddress,
  /**
   * Which way `outbound` runs here: `from-port` when the device is left of the firewall (vm → firewall → vswitch),
   * `to-port` when it is right of it (vswitch → firewall → edge).
   */
  outbound: z.enum(['from-port', 'to-port']),
  rules: z.array(Rule),
  /**
   * Modbus TCP over this link goes through the proxy of `port`, or not at all; absent = like all other traffic. It is told who
   * else is on the segment, because what goes to `port` is found by its MAC address.
   */
  proxied: z.strictObject({ legs: z.array(LegStation) }).optional(),
  /** Waits for gates, all of which must be open: until then nothing passes, in neither direction, replies included. Absent = for none. */
  gates: z.array(Gated).min(1).max(8).optional(),
});
export type PolicedLink = z.infer<typeof PolicedLink>;

/** A policed link as it is drawn: with its firewall's rules for Modbus, by which the proxy of the link judges. */
export interface DrawnLink extends PolicedLink {
  readonly modbus: readonly LineRule[];
}

/** Port security: the only sender addresses a port may use. */
export const PortBinding = z.strictObject({
  port: addressOf('port'),
  segment: addressOf('segment'),
  mac: MacAddress,
  /** Empty = any IPv4 sender (only the MAC is bound). */
  ips: z.array(Ipv4Address),
});
export type PortBinding = z.infer<typeof PortBinding>;

export const PolicySpec = z.strictObject({
  tenant: Name,
  /** Sorted by port. */
  bindings: z.array(PortBinding),
  /** Sorted by port, then in drawing order (a link may pass several firewalls; all must accept). */
  links: z.array(PolicedLink),
  /** Bridged frames reach the stateful filter. On Linux: sysctl `net.bridge.bridge-nf-call-iptables`. Always true in a design. */
  bridgeNetfilter: z.boolean(),
});
export type PolicySpec = z.infer<typeof PolicySpec>;
