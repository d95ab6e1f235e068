// Verdicts over packets that come in fragments [RFC 791]: only the first one has the ports, the others follow it. Of fixed
// size: nothing grows, and a packet may stand only in the row its hash names.
import type { PacketView } from '../packet/view.ts';
import { mixed } from './mixed.ts';

const WAYS = 4;
/** As long as Linux waits for the rest of a packet. */
const KEPT_MS = 30_000;

export class Fragments {
  readonly #rows: number;
  readonly #seed: number;
  readonly #sources: Uint32Array;
  readonly #targets: Uint32Array;
  /** Identification and protocol. */
  readonly #packets: Uint32Array;
  readonly #ways: Float64Array;
  /** Where the first fragment ends, in bytes of the packet. */
  readonly #starts: Uint16Array;
  /** Milliseconds of the clock; 0 = free. */
  readonly #until: Float64Array;
  /** Ports by the order in which they were met. */
  readonly #ports = new Map<string, number>();

  /** @param most  packets on their way at once, a power of two and at least four */
  constructor(most: number, seed: number) {
    this.#rows = most / WAYS;
    this.#seed = seed;
    this.#sources = new Uint32Array(most);
    this.#targets = new Uint32Array(most);
    this.#packets = new Uint32Array(most);
    this.#ways = new Float64Array(most);
    this.#starts = new Uint16Array(most);
    this.#until = new Float64Array(most);
  }

  /** Notes the verdict over a packet's first fragment; what was known of the packet is forgotten when it was refused. */
  note(from: string, to: string, view: PacketView, passes: boolean, now: number): void {
    const way = this.#wayOf(from, to);
    const known = this.#find(way, view, now);
    if (!passes) {
      if (known !== -1) this.#until[known] = 0;
      return;
    }
    const place = known === -1 ? this.#placeFor(view) : known;
    this.#sources[place] = view.sourceIp;
    this.#targets[place] = view.targetIp;
    this.#packets[place] = packetOf(view);
    this.#ways[place] = way;
    this.#starts[place] = view.end - view.payload;
    this.#until[place] = now + KEPT_MS;
  }

  /**
   * Whether a later fragment follows one that passed. WHY it may not reach into the first: it would write over the ports
   * and flags that were tested, in the receiver's copy [RFC 1858, RFC 3128].
   */
  passes(from: string, to: string, view: PacketView, now: number): boolean {
    const place = this.#find(this.#wayOf(from, to), view, now);
    return place !== -1 && view.fragmentOffset >= (this.#starts[place] as number);
  }

  /** Forgets every verdict, for they were those of other rules. */
  forget(): void {
    this.#until.fill(0);
  }

  #find(way: number, view: PacketView, now: number): number {
    const row = this.#rowOf(view);
    const packet = packetOf(view);
    for (let place = row; place < row + WAYS; place += 1) {
      if ((this.#until[place] as number) <= now || this.#packets[place] !== packet || this.#ways[place] !== way)
        continue;
      if (this.#sources[place] === view.sourceIp && this.#targets[place] === view.targetIp) return place;
    }
    return -1;
  }

  /** The place that ends first. */
  #placeFor(view: PacketView): number {
    const row = this.#rowOf(view);
    let best = row;
    for (let place = row + 1; place < row + WAYS; place += 1)
      if ((this.#until[place] as number) < (this.#until[best] as number)) best = place;
    return best;
  }

  #rowOf(view: PacketView): number {
    return (mixed(view.sourceIp, view.targetIp, packetOf(view), this.#seed) % this.#rows) * WAYS;
  }

  #wayOf(from: string, to: string): number {
    return this.#numberOf(from) * 0x10000 + this.#numberOf(to);
  }

  #numberOf(port: string): number {
    const known = this.#ports.get(port);
    if (known !== undefined) return known;
    this.#ports.set(port, this.#ports.size);
    return this.#ports.size - 1;
  }
}

function packetOf(view: PacketView): number {
  return view.identification * 0x100 + view.protocol;
}
