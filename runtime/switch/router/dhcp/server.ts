// The DHCP server of a leg: the only one of its segment, so it answers at once and refuses addresses of another network, as the
// dnsmasq of the Linux leg is told to. A client is its MAC address: a client identifier does not make two of one station.
import type { EdgeSpec, DhcpServer as ServerSpec } from '../../../model/kinds/edge.ts';
import { ipv4ToNumber, netmask, parseCidr } from '../../../model/network.ts';
import { putU16 } from '../../packet/bytes.ts';
import { type Lease, Leases } from './leases.ts';
import { DHCP, type DhcpReply, type DhcpRequest, OPTION, word } from './message.ts';

const BROADCAST_IP = 0xffffffff;
const NAK: DhcpReply = { type: DHCP.nak, yourIp: 0, options: [] };

type Options = DhcpReply['options'];

export class DhcpResponder {
  readonly #own: number;
  readonly #leaseSeconds: number;
  readonly #leases: Leases;
  readonly #names: ReadonlyMap<number, string>;
  readonly #common: Options;

  /** @param kept leases to go on with  @param now the leg's time in milliseconds */
  constructor(spec: Pick<EdgeSpec, 'inside' | 'dns' | 'mtu'>, server: ServerSpec, kept: readonly Lease[], now: number) {
    const { address, prefix } = parseCidr(spec.inside) ?? { address: 0, prefix: 32 };
    this.#own = address;
    this.#leaseSeconds = server.leaseSeconds;
    this.#leases = new Leases(server, address, kept, now);
    this.#names = new Map(server.hosts.map(host => [ipv4ToNumber(host.ip), host.name]));
    this.#common = commonOptions(spec, netmask(prefix));
  }

  /** Grows with every lease that is given, renewed or taken back. */
  get changes(): number {
    return this.#leases.changes;
  }

  leases(now: number): readonly Lease[] {
    return this.#leases.list(now);
  }

  /** @returns what to say; `undefined` for nothing, `full` when there is no address left */
  answer(request: DhcpRequest, now: number): DhcpReply | 'full' | undefined {
    switch (request.type) {
      case DHCP.discover:
        return this.#offer(request, now);
      case DHCP.request:
        return this.#acknowledge(request, now);
      case DHCP.inform:
        return request.clientIp === 0 ? undefined : this.#reply(DHCP.ack, 0, request, this.#common);
      case DHCP.release:
        if (request.server === this.#own) this.#leases.release(request.mac, request.clientIp);
        return undefined;
      case DHCP.decline:
        if (request.server === this.#own) this.#leases.decline(request.mac, request.requestedIp, now);
        return undefined;
      default:
        return undefined;
    }
  }

  #offer(request: DhcpRequest, now: number): DhcpReply | 'full' {
    const ip = this.#leases.offer(request.mac, request.requestedIp, now);
    return ip === undefined ? 'full' : this.#reply(DHCP.offer, ip, request, this.#withLease(ip));
  }

  #acknowledge(request: DhcpRequest, now: number): DhcpReply | undefined {
    const { mac, server, requestedIp, clientIp } = request;
    if (server !== 0 && server !== this.#own) {
      // The client chose another server; what was held for it is free.
      this.#leases.release(mac);
      return undefined;
    }
    const ip = clientIp === 0 ? requestedIp : clientIp;
    if (ip === 0) return undefined;
    return this.#leases.bind(mac, ip, now) ? this.#reply(DHCP.ack, ip, request, this.#withLease(ip)) : NAK;
  }

  #withLease(ip: number): Options {
    const seconds = this.#leaseSeconds;
    const name = this.#names.get(ip);
    return [
      [OPTION.leaseSeconds, word(seconds)],
      [OPTION.renewSeconds, word(Math.floor(seconds / 2))],
      [OPTION.rebindSeconds, word(Math.floor((seconds * 7) / 8))],
      ...this.#common,
      ...(name === undefined ? [] : [[OPTION.hostName, new TextEncoder().encode(name)] as const]),
    ];
  }

  #reply(type: number, yourIp: number, { wanted }: DhcpRequest, options: Options): DhcpReply {
    const kept = options.filter(([code]) => ALWAYS.has(code) || wanted === undefined || wanted.includes(code));
    return { type, yourIp, options: kept };
  }
}

const ALWAYS: ReadonlySet<number> = new Set([OPTION.leaseSeconds, OPTION.renewSeconds, OPTION.rebindSeconds]);
/** An option has 255 bytes, and the smallest message a client must take has room for few more. */
const MOST_DNS = 8;

function commonOptions({ inside, dns, mtu }: Pick<EdgeSpec, 'inside' | 'dns' | 'mtu'>, mask: number): Options {
  const own = parseCidr(inside)?.address ?? 0;
  const servers = new Uint8Array(dns.slice(0, MOST_DNS).flatMap(text => [...word(ipv4ToNumber(text))]));
  const mtuBytes = new Uint8Array(2);
  putU16(mtuBytes, 0, mtu);
  return [
    [OPTION.mask, word(mask)],
    [OPTION.broadcast, word((own | ~mask) >>> 0)],
    [OPTION.router, word(own)],
    ...(servers.length === 0 ? [] : [[OPTION.dns, servers] as const]),
    [OPTION.mtu, mtuBytes],
  ];
}

/**
 * Where a reply goes [RFC 2131 4.1].
 * @returns the address, all ones for everybody
 */
export function replyTarget(request: DhcpRequest, reply: DhcpReply): number {
  if (reply.type === DHCP.nak) return BROADCAST_IP;
  if (request.clientIp !== 0) return request.clientIp;
  return request.broadcast ? BROADCAST_IP : reply.yourIp;
}
