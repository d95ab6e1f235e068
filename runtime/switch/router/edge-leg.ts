// One leg of an edge router: routes between a tenant's segment (inside) and an uplink (outside), and lets through what the leg
// of the Linux back end does. Pure: frames in, frames out, the time from outside. A frame that is routed makes no objects.
// Fragments are put together before anything looks at them, as connection tracking does in Linux.
// Packets with IPv4 options are refused, as routers at the edge should [RFC 7126].
import type { EdgeSpec } from '../../model/kinds/edge.ts';
import { u16 } from '../packet/bytes.ts';
import { addWords, foldSum, pseudoSum } from '../packet/checksum.ts';
import { BROADCAST, isGroup } from '../packet/mac.ts';
import { ETHER, ETHERNET_BYTES, IP, type PacketView } from '../packet/view.ts';
import { Buffers, type Desk } from './buffers.ts';
import { Departures } from './departures.ts';
import type { Lease } from './dhcp/leases.ts';
import { DHCP_PORT, putReply, readRequest } from './dhcp/message.ts';
import { DhcpResponder, replyTarget } from './dhcp/server.ts';
import { type Fate, type Fates, noFates } from './fate.ts';
import { isIcmpError, putArp, putEchoReply, putError, putUdp, UDP_PAYLOAD } from './messages.ts';
import { lessToLive } from './rewrite.ts';
import { Routes, type SideName } from './routes.ts';
import { Side } from './side.ts';
import { TokenBucket } from './token-bucket.ts';
import { INVALID, NEW, Translation } from './translation.ts';

/** ICMP errors in a second. */
const ERRORS = 50;
const UNREACHABLE = { type: 3, net: 0, host: 1, tooBig: 4 } as const;
const TIME_EXCEEDED = 11;
const MOST_PACKET_BYTES = 65_535;
const EVERYBODY = 0xffffffff;
const DONT_FRAGMENT = 0x4000;

export interface EdgeLegOptions {
  /** The time in milliseconds; never goes back. */
  now(): number;
  /** Takes a frame for the segment; it may be read until this returns. */
  toInside(frame: Uint8Array): void;
  /** Takes a frame for the uplink; it may be read until this returns. */
  toOutside(frame: Uint8Array): void;
  /** Leases of an earlier leg of this segment, in the same time; those that no longer fit are forgotten. */
  readonly leases?: readonly Lease[];
  /** Leases were given, renewed or taken back. */
  readonly leased?: (() => void) | undefined;
  /** The leg before a change: its connections go on when neither address nor NAT has changed. It must get no more frames. */
  readonly after?: EdgeLeg;
}

export class EdgeLeg {
  readonly #now: () => number;
  readonly #spec: EdgeSpec;
  readonly #sides: Readonly<Record<SideName, Side>>;
  readonly #departures: Departures;
  readonly #routes: Routes;
  readonly #translation: Translation;
  readonly #dhcp: DhcpResponder | undefined;
  readonly #leased: (() => void) | undefined;
  readonly #buffers: Buffers;
  readonly #errors: TokenBucket;
  readonly #fates = noFates();
  #received = 0;
  #identification = 0;

  /** @param spec a valid spec */
  constructor(spec: EdgeSpec, { now, toInside, toOutside, leases = [], leased, after }: EdgeLegOptions) {
    this.#now = now;
    this.#spec = spec;
    this.#sides = {
      inside: new Side('inside', spec.inside, spec.insideMac, toInside, now()),
      outside: new Side('outside', spec.outside, spec.outsideMac, toOutside, now()),
    };
    this.#routes = new Routes(spec);
    const goesOn = after !== undefined && hasSameConnections(after.#spec, spec);
    this.#translation = goesOn ? after.#translation : new Translation(spec.nat ? this.#sides.outside.ip : undefined);
    this.#leased = leased;
    this.#dhcp = spec.dhcp && new DhcpResponder(spec, spec.dhcp, leases, now());
    this.#buffers = new Buffers(ETHERNET_BYTES + MOST_PACKET_BYTES);
    this.#errors = new TokenBucket(ERRORS, now());
    this.#departures = new Departures({
      ...{ now, sides: this.#sides, buffers: this.#buffers, mtu: spec.mtu, fates: this.#fates },
      ask: (side, ip) => void this.#answer(side, out => putArp(out, 1, side, BROADCAST, 0, ip)),
    });
  }

  /** A frame from the segment. @param frame only read, and not after this returns */
  fromInside(frame: Uint8Array): void {
    this.#receive(this.#sides.inside, frame);
  }

  /** A frame from the uplink. @param frame only read, and not after this returns */
  fromOutside(frame: Uint8Array): void {
    this.#receive(this.#sides.outside, frame);
  }

  /** What became of the frames so far; the fates add up to `received`. */
  counters(): { readonly received: number; readonly fates: Fates; readonly connections: number } {
    return { received: this.#received, fates: { ...this.#fates }, connections: this.#translation.size };
  }

  /** Leases that stations hold, by address; plain data, for `leases` of the next leg. */
  leases(): readonly Lease[] {
    return this.#dhcp?.leases(this.#now()) ?? [];
  }

  #receive(side: Side, frame: Uint8Array): void {
    this.#received += 1;
    const desk = this.#buffers.take();
    if (desk === undefined) {
      this.#fates.nested += 1;
      return;
    }
    try {
      const fate = desk.view.read(frame) ? this.#fate(side, desk) : 'malformed';
      this.#fates[fate] += 1;
    } finally {
      this.#buffers.give();
    }
  }

  #fate(side: Side, desk: Desk): Fate {
    const { view } = desk;
    if (isGroup(view.sourceMac) || view.sourceMac === side.mac) return 'malformed';
    if (view.targetMac !== side.mac && view.targetMac !== BROADCAST) return 'notForUs';
    if (view.etherType === ETHER.arp) return view.isArp ? this.#arp(side, desk) : 'malformed';
    if (view.etherType !== ETHER.ipv4) return 'notForUs';
    if (this.#isForDhcp(side, view)) return this.#answerDhcp(side, view);
    return this.#checked(side, view) ?? this.#whole(side, view) ?? this.#ipv4(side, desk);
  }

  /** Makes the view one of a whole packet. @returns the fate of the fragment when it is not the last that was missing */
  #whole(side: Side, view: PacketView): Fate | undefined {
    if (!view.moreFragments && view.fragmentOffset === 0) return undefined;
    const whole = side.fragments.add(view, this.#now());
    if (typeof whole === 'string') return whole;
    return view.read(whole) && view.isIpv4 ? undefined : 'malformed';
  }

  /** Why a packet is not looked at any further; `undefined` when it is. */
  #checked(side: Side, view: PacketView): Fate | undefined {
    if (!view.isIpv4 || foldSum(addWords(0, view.bytes, ETHERNET_BYTES, view.payload)) !== 0) return 'malformed';
    if (view.payload !== ETHERNET_BYTES + 20) return 'refused';
    if (view.targetMac === BROADCAST) return 'refused';
    if (this.#isMartian(side, view.sourceIp) || isSpecial(view.targetIp)) return 'martian';
    if (this.#sides.inside.isNobody(view.targetIp) || this.#sides.outside.isNobody(view.targetIp)) return 'refused';
    return undefined;
  }

  /** A source that nobody may have, or that does not live on this side (strict reverse path, RFC 3704). */
  #isMartian(side: Side, source: number): boolean {
    const { inside, outside } = this.#sides;
    if (isSpecial(source) || source === inside.ip || source === outside.ip) return true;
    return side.isNobody(source) || this.#routes.find(source)?.side !== side.name;
  }

  #ipv4(side: Side, desk: Desk): Fate {
    const { view } = desk;
    const now = this.#now();
    const reply = side.name === 'outside';
    const end = this.#translation.find(view, reply, now);
    if (end === NEW && this.#isOwn(view.targetIp)) return this.#local(side, desk);
    if (end === INVALID) return 'invalid';
    if (end === NEW && reply) return 'refused';
    return this.#forward(side, desk, end, end === NEW ? view.targetIp : this.#translation.target(end));
  }

  #isOwn(address: number): boolean {
    return address === this.#sides.inside.ip || address === this.#sides.outside.ip;
  }

  #local(side: Side, { view }: Desk): Fate {
    if (view.protocol !== IP.icmp || view.icmpType !== 8 || view.icmpCode !== 0) return 'refused';
    if (!side.pings.take(this.#now())) return 'limited';
    if (foldSum(addWords(0, view.bytes, view.payload, view.end)) !== 0) return 'malformed';
    return this.#answer(side, out => putEchoReply(out, view, side.mac, this.#identification++));
  }

  /** From inside, to everybody or to the leg, by a station that has no address yet or has one of this segment. */
  #isForDhcp(side: Side, view: PacketView): boolean {
    if (this.#dhcp === undefined || side.name !== 'inside' || !view.hasTransport || view.protocol !== IP.udp)
      return false;
    if (view.targetPort !== DHCP_PORT.server || view.sourcePort !== DHCP_PORT.client) return false;
    if (view.targetIp !== EVERYBODY && view.targetIp !== side.ip) return false;
    return view.sourceIp === 0 || (side.holds(view.sourceIp) && view.sourceIp !== side.ip);
  }

  #answerDhcp(side: Side, view: PacketView): Fate {
    const { bytes, payload } = view;
    const end = payload + u16(bytes, payload + 4);
    if (view.moreFragments || foldSum(addWords(0, bytes, ETHERNET_BYTES, payload)) !== 0) return 'malformed';
    if (end > view.end || (u16(bytes, payload + 6) !== 0 && !isUdpIntact(bytes, payload, end))) return 'malformed';
    const request = readRequest(bytes, payload + 8, end);
    // WHY the same MAC address: a station shall not use up the addresses by asking for others.
    if (request === undefined || request.mac !== view.sourceMac) return 'malformed';
    const before = this.#dhcp?.changes;
    const reply = this.#dhcp?.answer(request, this.#now());
    if (this.#dhcp?.changes !== before) this.#leased?.();
    if (reply === undefined) return 'taken';
    if (reply === 'full') return 'full';
    const ip = replyTarget(request, reply);
    const to = { ip, mac: ip === EVERYBODY ? BROADCAST : request.mac, port: DHCP_PORT.client };
    const from = { ip: side.ip, mac: side.mac, port: DHCP_PORT.server };
    return this.#answer(side, out => {
      const length = putReply(out, UDP_PAYLOAD, request, side.ip, reply);
      return putUdp(out, from, to, length, this.#identification++);
    });
  }

  #forward(side: Side, desk: Desk, known: number, target: number): Fate {
    const { view } = desk;
    const route = this.#routes.find(target);
    if (route === undefined) return this.#error(side, view, 'noRoute', UNREACHABLE.type, UNREACHABLE.net);
    if (route.side === side.name) return 'refused';
    if (view.ttl <= 1) return this.#error(side, view, 'expired', TIME_EXCEEDED, 0);
    if (this.#isTooBig(view))
      return this.#error(side, view, 'tooBig', UNREACHABLE.type, UNREACHABLE.tooBig, this.#spec.mtu);
    const now = this.#now();
    const end = known === NEW ? this.#translation.open(view, now) : known;
    if (end < 0) return end === INVALID ? 'invalid' : 'full';
    this.#translation.passed(end, view, now);
    copy(view.bytes, desk.bytes, view.end);
    lessToLive(desk.bytes, ETHERNET_BYTES);
    this.#translation.rewrite(end, desk.bytes, ETHERNET_BYTES, view.end);
    const fate = this.#departures.send(this.#sides[route.side], route.via ?? target, desk, view.end);
    return fate === 'unreachable' ? this.#error(side, view, fate, UNREACHABLE.type, UNREACHABLE.host) : fate;
  }

  #isTooBig(view: PacketView): boolean {
    const mayBeCut = (u16(view.bytes, ETHERNET_BYTES + 6) & DONT_FRAGMENT) === 0;
    return !mayBeCut && view.end - ETHERNET_BYTES > this.#spec.mtu;
  }

  /** Tells the sender of a packet why it went no further. The fate stays the reason. */
  #error(side: Side, view: PacketView, fate: Fate, type: number, code: number, rest = 0): Fate {
    if (view.protocol === IP.icmp && isIcmpError(view.icmpType)) return fate;
    if (this.#errors.take(this.#now()))
      this.#answer(side, out => putError(out, view, side, type, code, rest, this.#identification++));
    return fate;
  }

  /**
   * Sends what the leg says itself.
   * WHY to the station the frame came from, without looking for its address: the answer goes back the way the question came.
   */
  #answer(side: Side, write: (out: Uint8Array) => number): Fate {
    const desk = this.#buffers.take();
    if (desk === undefined) return 'nested';
    try {
      const end = write(desk.bytes);
      if (end - ETHERNET_BYTES <= this.#spec.mtu) side.send(desk.frame(end));
      else
        this.#departures.inPieces(desk.bytes, end, (piece, length) => {
          side.send(piece.frame(length));
          return 'forwarded';
        });
      return 'answered';
    } finally {
      this.#buffers.give();
    }
  }

  #arp(side: Side, { view }: Desk): Fate {
    const { arpSenderIp: ip, arpSenderMac: mac } = view;
    // A sender that is not the station the frame is from, or that says it has our address.
    if (mac !== view.sourceMac || ip === side.ip) return 'malformed';
    const forUs = view.arpTargetIp === side.ip;
    if (ip !== 0 && side.holds(ip) && !side.isNobody(ip) && forUs)
      this.#departures.heard(side, ip, mac, view.arpOperation === 2);
    if (view.arpOperation !== 1 || !forUs) return 'taken';
    return this.#answer(side, out => putArp(out, 2, side, mac, mac, ip));
  }
}

/** Whether the connections of a leg mean the same in another. */
function hasSameConnections(one: EdgeSpec, other: EdgeSpec): boolean {
  return one.nat === other.nat && one.inside === other.inside && one.outside === other.outside;
}

function isUdpIntact(bytes: Uint8Array, start: number, end: number): boolean {
  return foldSum(addWords(pseudoSum(bytes, ETHERNET_BYTES, IP.udp, end - start), bytes, start, end)) === 0;
}

/** Addresses that are never a station's: this network, loopback, multicast, reserved, broadcast. */
function isSpecial(address: number): boolean {
  const first = address >>> 24;
  return first === 0 || first === 127 || first >= 224;
}

/** WHY the whole frame, padding too: a part of it would be a new object. */
function copy(from: Uint8Array, to: Uint8Array, length: number): void {
  if (from.length <= to.length) to.set(from);
  else for (let index = 0; index < length; index += 1) to[index] = from[index] as number;
}
