// Who has which address of a segment for how long. Bounded; plain data comes out and goes in, so that a restart forgets nothing.
import type { DhcpServer } from '../../../model/kinds/edge.ts';
import { ipv4ToNumber, numberToIpv4 } from '../../../model/network.ts';
import { macToNumber, numberToMac } from '../../packet/mac.ts';

/** As many as dnsmasq gives by default. */
export const MOST_LEASES = 1_000;
/** How long an offer is held, and an address that somebody else turned out to have is left alone. */
const OFFER_MS = 60_000;
const DECLINED_MS = 600_000;
/** Declined addresses that are remembered. */
const MOST_DECLINED = 64;

/** One lease as plain data. */
export interface Lease {
  readonly mac: string;
  readonly ip: string;
  /** In the leg's time. */
  readonly expiresMs: number;
}

interface Held {
  readonly ip: number;
  readonly expiresMs: number;
  /** Taken by the client, not only offered. */
  readonly bound: boolean;
}

export class Leases {
  readonly #first: number;
  readonly #last: number;
  readonly #leaseMs: number;
  readonly #own: number;
  readonly #fixed: ReadonlyMap<number, number>;
  readonly #reserved: ReadonlySet<number>;
  readonly #byMac = new Map<number, Held>();
  readonly #byIp = new Map<number, number>();
  readonly #declined = new Map<number, number>();
  #changes = 0;

  /** @param own the leg's address, never given away  @param kept earlier leases: those that still fit are kept */
  constructor(server: DhcpServer, own: number, kept: readonly Lease[], now: number) {
    this.#first = ipv4ToNumber(server.first);
    this.#last = ipv4ToNumber(server.last);
    this.#leaseMs = server.leaseSeconds * 1_000;
    this.#own = own;
    this.#fixed = new Map(server.hosts.map(host => [macToNumber(host.mac), ipv4ToNumber(host.ip)]));
    this.#reserved = new Set(this.#fixed.values());
    for (const { mac, ip, expiresMs } of kept) {
      const held = { ip: ipv4ToNumber(ip), expiresMs: Math.min(expiresMs, now + this.#leaseMs), bound: true };
      if (expiresMs > now && this.allows(macToNumber(mac), held.ip, now)) this.#put(macToNumber(mac), held, now);
    }
  }

  /** Grows with every lease that is given, renewed or taken back. */
  get changes(): number {
    return this.#changes;
  }

  /** Leases that clients hold, by address. */
  list(now: number): readonly Lease[] {
    const held = [...this.#byMac].filter(([, lease]) => lease.bound && lease.expiresMs > now);
    held.sort(([, one], [, other]) => one.ip - other.ip);
    return held.map(([mac, { ip, expiresMs }]) => ({ mac: numberToMac(mac), ip: numberToIpv4(ip), expiresMs }));
  }

  /**
   * Holds an address for a client: its own, the one it asks for, or one that is free; where to look depends on the MAC address,
   * so that a client whose lease was forgotten tends to get the same.
   * @returns undefined when there is none
   */
  offer(mac: number, requested: number, now: number): number | undefined {
    const held = this.#live(mac, now);
    if (held !== undefined && this.allows(mac, held.ip, now)) return held.ip;
    const ip = this.allows(mac, requested, now) ? requested : this.#free(mac, now);
    if (ip === undefined || !this.#put(mac, { ip, expiresMs: now + OFFER_MS, bound: false }, now)) return undefined;
    return ip;
  }

  /** Gives or renews a lease. @returns false when the client may not have that address, or all leases are in use */
  bind(mac: number, ip: number, now: number): boolean {
    return this.allows(mac, ip, now) && this.#put(mac, { ip, expiresMs: now + this.#leaseMs, bound: true }, now);
  }

  /** Forgets what a client holds. @param ip only if it is this address */
  release(mac: number, ip?: number): void {
    const held = this.#byMac.get(mac);
    if (held === undefined || (ip !== undefined && held.ip !== ip)) return;
    this.#byMac.delete(mac);
    this.#byIp.delete(held.ip);
    if (held.bound) this.#changes += 1;
  }

  /** A client found that somebody has its address already. */
  decline(mac: number, ip: number, now: number): void {
    if (this.#byMac.get(mac)?.ip !== ip) return;
    this.release(mac);
    if (this.#reserved.has(ip)) return;
    const [oldest] = this.#declined.keys();
    if (this.#declined.size >= MOST_DECLINED && oldest !== undefined) this.#declined.delete(oldest);
    this.#declined.set(ip, now + DECLINED_MS);
  }

  /** Whether a client may have an address: its fixed one, or one of the pool that nobody else holds. */
  allows(mac: number, ip: number, now: number): boolean {
    const fixed = this.#fixed.get(mac);
    if (fixed !== undefined) return ip === fixed;
    if (ip < this.#first || ip > this.#last || ip === this.#own || this.#reserved.has(ip)) return false;
    if ((this.#declined.get(ip) ?? 0) > now) return false;
    const holder = this.#byIp.get(ip);
    return holder === undefined || holder === mac || this.#live(holder, now) === undefined;
  }

  #live(mac: number, now: number): Held | undefined {
    const held = this.#byMac.get(mac);
    return held !== undefined && held.expiresMs > now ? held : undefined;
  }

  #free(mac: number, now: number): number | undefined {
    const fixed = this.#fixed.get(mac);
    if (fixed !== undefined) return fixed;
    const size = this.#last - this.#first + 1;
    const taken = this.#byIp.size + this.#reserved.size + this.#declined.size + 1;
    for (let tries = 0; tries < Math.min(size, taken + 1); tries += 1) {
      const ip = this.#first + ((mac + tries) % size);
      if (this.allows(mac, ip, now)) return ip;
    }
    return undefined;
  }

  #put(mac: number, held: Held, now: number): boolean {
    const holder = this.#byIp.get(held.ip);
    if (holder !== undefined && holder !== mac) this.release(holder);
    if (!this.#byMac.has(mac) && this.#byMac.size >= MOST_LEASES && !this.#forgetExpired(now)) return false;
    this.release(mac);
    this.#byMac.set(mac, held);
    this.#byIp.set(held.ip, mac);
    if (held.bound) this.#changes += 1;
    return true;
  }

  #forgetExpired(now: number): boolean {
    for (const mac of [...this.#byMac.keys()]) if (this.#live(mac, now) === undefined) this.release(mac);
    return this.#byMac.size < MOST_LEASES;
  }
}
