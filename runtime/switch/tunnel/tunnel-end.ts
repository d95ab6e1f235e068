// One segment's end of its overlay: which other gateways a frame goes to, and whose frames it takes. What comes out of the
// tunnel never goes back into it (split horizon): to its switch the tunnel is one port.
import type { TunnelPeer } from '../../model/kinds/segment.ts';
import { u48 } from '../packet/bytes.ts';
import { isGroup, macToNumber } from '../packet/mac.ts';
import { ETHERNET_BYTES } from '../packet/view.ts';
import { encapsulate, VXLAN_BYTES } from './vxlan.ts';

/** A jumbo frame of the largest segment, with a header before it. */
const LARGEST = 9216 + ETHERNET_BYTES + VXLAN_BYTES;

export interface TunnelOptions {
  readonly vni: number;
  readonly peers: readonly TunnelPeer[];
  /** @param datagram  not valid after the call returned */
  readonly send: (peer: string, datagram: Uint8Array) => void;
  /** Takes frames of peers. */
  readonly deliver: (frame: Uint8Array) => void;
}

export interface TunnelCounters {
  /** Datagrams, one per peer for a flooded frame. */
  sent: number;
  received: number;
  /** Datagrams from an address that is no peer of this segment. */
  strangers: number;
  /** Frames that went to nobody, for want of a peer. */
  nobody: number;
}

export class TunnelEnd {
  readonly vni: number;
  readonly counters: TunnelCounters = { sent: 0, received: 0, strangers: 0, nobody: 0 };
  readonly #peers: ReadonlySet<string>;
  /** Static: where the stations of the drawing are. */
  readonly #homes = new Map<number, string>();
  readonly #send: TunnelOptions['send'];
  readonly #deliver: TunnelOptions['deliver'];
  readonly #buffer = new Uint8Array(LARGEST);

  constructor({ vni, peers, send, deliver }: TunnelOptions) {
    this.vni = vni;
    this.#peers = new Set(peers.map(peer => peer.address));
    for (const { address, macs } of peers) for (const mac of macs) this.#homes.set(macToNumber(mac), address);
    this.#send = send;
    this.#deliver = deliver;
  }

  /** Sends a frame of the segment to the gateway its receiver is behind; to all when that is not known. */
  toPeers(frame: Uint8Array): void {
    const target = u48(frame, 0);
    const home = isGroup(target) ? undefined : this.#homes.get(target);
    const datagram = this.#buffer.subarray(0, encapsulate(this.vni, frame, this.#buffer));
    if (home !== undefined) this.#sendTo(home, datagram);
    else for (const peer of this.#peers) this.#sendTo(peer, datagram);
    if (this.#peers.size === 0) this.counters.nobody += 1;
  }

  #sendTo(peer: string, datagram: Uint8Array): void {
    this.counters.sent += 1;
    this.#send(peer, datagram);
  }

  /** Takes a datagram of this network in. @param peer  the address it came from */
  fromPeer(peer: string, datagram: Uint8Array): void {
    if (!this.#peers.has(peer)) {
      this.counters.strangers += 1;
      return;
    }
    this.counters.received += 1;
    this.#deliver(datagram.subarray(VXLAN_BYTES));
  }
}
