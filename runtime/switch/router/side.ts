// One side of a leg: who the leg is there, and which addresses are on the wire.
import { type Cidr, netmask, parseCidr } from '../../model/network.ts';
import { macToNumber } from '../packet/mac.ts';
import { Reassembly } from './reassembly.ts';
import type { SideName } from './routes.ts';
import { TokenBucket } from './token-bucket.ts';

/** Pings the leg answers in a second, as the Linux leg does. */
const PINGS = { inside: 100, outside: 10 } as const;

export class Side {
  readonly name: SideName;
  readonly mac: number;
  readonly ip: number;
  readonly network: Cidr;
  readonly send: (frame: Uint8Array) => void;
  readonly pings: TokenBucket;
  /** Packets that arrive here in pieces. */
  readonly fragments = new Reassembly();
  readonly #mask: number;

  /** @param address the leg's own with its prefix  @param mac the leg's own as text */
  constructor(name: SideName, address: string, mac: string, send: (frame: Uint8Array) => void, nowMs: number) {
    this.name = name;
    this.mac = macToNumber(mac);
    this.network = parseCidr(address) ?? { address: 0, prefix: 32 };
    this.ip = this.network.address;
    this.#mask = netmask(this.network.prefix);
    this.send = send;
    this.pings = new TokenBucket(PINGS[name], nowMs);
  }

  /** Whether an address is on this wire. */
  holds(address: number): boolean {
    return ((address ^ this.ip) & this.#mask) === 0;
  }

  /** Whether an address is the network's own or its broadcast: nobody has it. Networks of two have neither [RFC 3021]. */
  isNobody(address: number): boolean {
    if (this.network.prefix > 30 || !this.holds(address)) return false;
    const host = (address & ~this.#mask) >>> 0;
    return host === 0 || host === ~this.#mask >>> 0;
  }
}
