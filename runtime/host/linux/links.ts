// Network devices as the kernel has them, read through `ip -j`. Knows no names or tags of ours.
import { z } from 'zod';
import type { Host } from '../host.ts';
import { checked, type IpOptions, ipQuery } from './ip.ts';

const LinkAnswer = z.object({
  ifindex: z.number().int(),
  ifname: z.string(),
  /** Lower device or veth peer: by name in the same namespace, by index when it is elsewhere. */
  link: z.string().nullish(),
  link_index: z.number().int().optional(),
  flags: z.array(z.string()),
  mtu: z.number().int(),
  master: z.string().optional(),
  operstate: z.string().optional(),
  address: z.string().optional(),
  ifalias: z.string().optional(),
  altnames: z.array(z.string()).default([]),
  inet6_addr_gen_mode: z.string().optional(),
  linkinfo: z
    .object({
      info_kind: z.string().optional(),
      info_data: z.record(z.string(), z.unknown()).default({}),
      info_slave_data: z.record(z.string(), z.unknown()).default({}),
    })
    .default({ info_data: {}, info_slave_data: {} }),
  addr_info: z.array(z.looseObject({ family: z.string().optional() })).default([]),
});

const Ipv4Answer = z.object({ local: z.string(), prefixlen: z.number().int() });

export interface Link {
  readonly index: number;
  readonly name: string;
  /** Device kind by its driver: `bridge`, `vxlan`, `veth`, `tun`, `macvlan`; absent for hardware. */
  readonly type?: string;
  readonly mtu: number;
  readonly mac: string;
  /** Switched on (administratively). */
  readonly up: boolean;
  /** A cable or a program is at the other end. */
  readonly carrier: boolean;
  /** Name of the bridge it is plugged into. */
  readonly master?: string;
  /** Lower device or peer, by name (same namespace) or by index (another one). */
  readonly lower?: string;
  readonly lowerIndex?: number;
  readonly alias: string;
  readonly altnames: readonly string[];
  /** The kernel speaks IPv6 on it; never true of an answer to `addr show`, which does not tell. */
  readonly ipv6: boolean;
  /** IPv4 addresses with prefix, in the kernel's order; empty when they were not asked for. */
  readonly addresses: readonly string[];
  /** What the driver tells of itself (`id`, `local`, `port` of a vxlan). */
  readonly details: Readonly<Record<string, unknown>>;
  /** What the bridge tells of this port (`learning`). */
  readonly portDetails: Readonly<Record<string, unknown>>;
}

/** All devices of a namespace, without addresses. @throws GatewrightError GW_HOST_COMMAND_FAILED, GW_HOST_UNEXPECTED */
export async function listLinks(host: Host, options: IpOptions = {}): Promise<readonly Link[]> {
  const [answer] = await ipQuery(host, [['link', 'show']], options);
  return parseLinks(answer);
}

/** All devices of a namespace with their IPv4 addresses. WHY two questions: the second does not tell of IPv6. */
export async function listLinksWithAddresses(host: Host, options: IpOptions = {}): Promise<readonly Link[]> {
  const [links, addresses] = await ipQuery(
    host,
    [
      ['link', 'show'],
      ['addr', 'show'],
    ],
    options,
  );
  const found = new Map(parseLinks(addresses).map(link => [link.index, link.addresses]));
  return parseLinks(links).map(link => ({ ...link, addresses: found.get(link.index) ?? [] }));
}

/** Reads the answer to `ip -j -d link show` or `ip -j -d addr show`. @throws GatewrightError GW_HOST_UNEXPECTED */
export function parseLinks(answer: unknown): readonly Link[] {
  // iproute2 prints an empty object for a device that vanished while it was listing.
  const listed = checked('ip', z.array(z.looseObject({ ifname: z.string().optional() })), answer);
  return listed.filter(item => item.ifname !== undefined).map(item => toLink(checked('ip', LinkAnswer, item)));
}

function toLink(answer: z.infer<typeof LinkAnswer>): Link {
  const { linkinfo, flags } = answer;
  return {
    index: answer.ifindex,
    name: answer.ifname,
    ...(linkinfo.info_kind === undefined ? {} : { type: linkinfo.info_kind }),
    mtu: answer.mtu,
    mac: answer.address ?? '',
    up: flags.includes('UP'),
    carrier: flags.includes('UP') && !flags.includes('NO-CARRIER'),
    ...(answer.master === undefined ? {} : { master: answer.master }),
    ...(answer.link === undefined || answer.link === null ? {} : { lower: answer.link }),
    ...(answer.link_index === undefined ? {} : { lowerIndex: answer.link_index }),
    alias: answer.ifalias ?? '',
    altnames: answer.altnames,
    ipv6: answer.inet6_addr_gen_mode !== undefined,
    addresses: answer.addr_info.filter(item => item.family === 'inet').map(ipv4),
    details: linkinfo.info_data,
    portDetails: linkinfo.info_slave_data,
  };
}

function ipv4(item: unknown): string {
  const { local, prefixlen } = checked('ip', Ipv4Answer, item);
  return `${local}/${prefixlen}`;
}
