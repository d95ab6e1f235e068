// Leases of legs on the disk, so that stations keep their addresses when the process starts anew. A hint, not a record: what
// is missing or does not fit is given out again.
import { z } from 'zod';
import type { Host } from '../../host/host.ts';
import { type Address, parseAddress } from '../../model/address.ts';
import type { EdgeSpec } from '../../model/kinds/edge.ts';
import { Ipv4Address, MacAddress } from '../../model/network.ts';
import { type Lease, MOST_LEASES } from '../../switch/router/dhcp/leases.ts';
import { LeaseKeeper } from './lease-keeper.ts';

/** A leg's time ends with its process, so files have the time of day. Both in milliseconds. */
export interface Clocks {
  /** Above 0, and never goes back. */
  readonly steady: () => number;
  /** Since 1970. */
  readonly day: () => number;
}

const Kept = z.object({
  segment: z.string(),
  uplink: z.string(),
  leases: z.array(z.object({ mac: MacAddress, ip: Ipv4Address, until: z.number() })).max(MOST_LEASES),
});

export class LeaseFiles {
  readonly #host: Host;
  readonly #folder: string;
  readonly #clocks: Clocks;

  /** @param folder  of the gateway's files */
  constructor(host: Host, folder: string, clocks: Clocks) {
    this.#host = host;
    this.#folder = `${folder}/leases`;
    this.#clocks = clocks;
  }

  /** Leases of a leg that stood between the same networks, in the leg's time. */
  async read(address: Address, { segment, uplink }: EdgeSpec): Promise<readonly Lease[]> {
    const text = await this.#host.readFile(this.#path(address)).catch(() => undefined);
    const kept = Kept.safeParse(parseJson(text));
    if (!kept.success || kept.data.segment !== segment || kept.data.uplink !== uplink) return [];
    // A clock that was set back makes none of them last longer than a new one: the leg sees to that.
    const ahead = this.#clocks.steady() - this.#clocks.day();
    return kept.data.leases.map(({ mac, ip, until }) => ({ mac, ip, expiresMs: until + ahead }));
  }

  /** @param leases  those of the leg now */
  keeper(address: Address, { segment, uplink }: EdgeSpec, leases: () => readonly Lease[]): LeaseKeeper {
    const write = () => {
      const ahead = this.#clocks.day() - this.#clocks.steady();
      const kept = leases().map(({ mac, ip, expiresMs }) => ({ mac, ip, until: Math.round(expiresMs + ahead) }));
      return this.#host.writeFile(this.#path(address), `${JSON.stringify({ segment, uplink, leases: kept })}\n`);
    };
    return new LeaseKeeper(write);
  }

  /** Removes the files of all other legs. @throws GatewrightError GW_HOST_IO */
  async keep(addresses: readonly Address[]): Promise<void> {
    const wanted = new Set(addresses.map(address => this.#path(address)));
    for (const name of await this.#host.list(this.#folder)) {
      const path = `${this.#folder}/${name}`;
      if (!wanted.has(path)) await this.#host.remove(path);
    }
  }

  #path(address: Address): string {
    return `${this.#folder}/${parseAddress(address)?.name}.json`;
  }
}

function parseJson(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : JSON.parse(text);
  } catch {
    return undefined; // half of it, or not ours
  }
}
