// The way out of a leg: to the station of the next hop, found by ARP, in pieces when a packet is larger than the link carries.
import { putU48 } from '../packet/bytes.ts';
import { ETHER, ETHERNET_BYTES } from '../packet/view.ts';
import type { Buffers, Desk } from './buffers.ts';
import type { Fates } from './fate.ts';
import { putEthernet } from './messages.ts';
import { Neighbours } from './neighbours.ts';
import { putFragment } from './reassembly.ts';
import type { SideName } from './routes.ts';
import type { Side } from './side.ts';

const IPV4_BYTES = 20;

/** What happens to a frame that is sent on. */
export type Sent = 'forwarded' | 'waiting' | 'unreachable' | 'full';

export interface DepartureOptions {
  now(): number;
  readonly sides: Readonly<Record<SideName, Side>>;
  readonly buffers: Buffers;
  readonly mtu: number;
  /** Of the leg; what waited is counted anew when it goes or is given up. */
  readonly fates: Fates;
  /** Asks who has an address of a side. */
  ask(side: Side, ip: number): void;
}

export class Departures {
  readonly #buffers: Buffers;
  readonly #mtu: number;
  readonly #neighbours: Readonly<Record<SideName, Neighbours>>;

  constructor(options: DepartureOptions) {
    this.#buffers = options.buffers;
    this.#mtu = options.mtu;
    const { inside, outside } = options.sides;
    this.#neighbours = { inside: this.#neighboursOf(inside, options), outside: this.#neighboursOf(outside, options) };
  }

  /** A station said who it is. @param solicited  because it was asked */
  heard(side: Side, ip: number, mac: number, solicited: boolean): void {
    this.#neighbours[side.name].heard(ip, mac, solicited);
  }

  /** @returns what happened to the packet: if it had to be cut, to its first piece */
  send(side: Side, hop: number, desk: Desk, end: number): Sent {
    putEthernet(desk.bytes, 0, side.mac, ETHER.ipv4);
    if (end - ETHERNET_BYTES <= this.#mtu) return this.#sendFrame(side, hop, desk, end);
    return this.inPieces(desk.bytes, end, (piece, length, first) => this.#sendFrame(side, hop, piece, length, first));
  }

  #sendFrame(side: Side, hop: number, desk: Desk, length: number, counts = true): Sent {
    const neighbours = this.#neighbours[side.name];
    const mac = neighbours.find(hop);
    if (mac === undefined) return neighbours.wait(hop, desk.frame(length), counts);
    putU48(desk.bytes, 0, mac);
    side.send(desk.frame(length));
    return 'forwarded';
  }

  /** Cuts a packet to the MTU [RFC 791]. Without its first piece the others are of no use, so that one decides. */
  inPieces(whole: Uint8Array, end: number, send: (piece: Desk, length: number, first: boolean) => Sent): Sent {
    const desk = this.#buffers.take();
    if (desk === undefined) return 'full';
    try {
      const most = (this.#mtu - IPV4_BYTES) & ~7;
      const sent = send(desk, putFragment(desk.bytes, whole, end, 0, most), true);
      if (sent !== 'forwarded' && sent !== 'waiting') return sent;
      for (let start = most; ETHERNET_BYTES + IPV4_BYTES + start < end; start += most)
        send(desk, putFragment(desk.bytes, whole, end, start, most), false);
      return sent;
    } finally {
      this.#buffers.give();
    }
  }

  #neighboursOf(side: Side, { now, fates, ask }: DepartureOptions): Neighbours {
    return new Neighbours({
      now,
      ask: ip => ask(side, ip),
      release: (frame, mac, counts) => {
        putU48(frame, 0, mac);
        if (counts) {
          fates.waiting -= 1;
          fates.forwarded += 1;
        }
        side.send(frame);
      },
      lost: packets => {
        fates.waiting -= packets;
        fates.unreachable += packets;
      },
    });
  }
}
