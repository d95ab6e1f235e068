// The segments of one gateway share one socket: hands each datagram to the segment whose network it names.
import type { TunnelEnd } from './tunnel-end.ts';
import { networkOf } from './vxlan.ts';

export class TunnelDemux {
  readonly #ends = new Map<number, TunnelEnd>();
  /** Datagrams that are no VXLAN, and those of networks this gateway has no segment of. */
  readonly counters = { malformed: 0, elsewhere: 0 };

  /** Adds a segment's end. @returns how to take it out @throws Error when its network has an end already */
  join(end: TunnelEnd): () => void {
    if (this.#ends.has(end.vni)) throw new Error(`network ${end.vni} has an end already`);
    this.#ends.set(end.vni, end);
    return () => {
      if (this.#ends.get(end.vni) === end) this.#ends.delete(end.vni);
    };
  }

  /** @param peer  the address the datagram came from */
  receive(peer: string, datagram: Uint8Array): void {
    const vni = networkOf(datagram);
    const end = this.#ends.get(vni);
    if (end !== undefined) end.fromPeer(peer, datagram);
    else this.counters[vni === -1 ? 'malformed' : 'elsewhere'] += 1;
  }
}
