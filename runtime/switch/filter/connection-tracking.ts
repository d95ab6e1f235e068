// Which flow a packet belongs to and in which direction, with the states and time-outs of Linux. Neither sequence numbers
// nor checksums of TCP and UDP are checked, which Linux does: guests check both themselves.
import { u16, u32 } from '../packet/bytes.ts';
import { IP, type PacketView } from '../packet/view.ts';
import { type FlowKey, FlowTable } from './flow-table.ts';
import { hasSoundHeader } from './sound-header.ts';
import {
  hasSoundFlags,
  IGNORED,
  INVALID,
  nextState,
  resets,
  TCP,
  TCP_SECONDS,
  UNACKNOWLEDGED_SECONDS,
} from './tcp-states.ts';

/** What a packet is to the flows that are known. */
export const FLOW = { invalid: 0, request: 1, reply: 2, related: 3 } as const;

const SECONDS = { udp: 30, udpStream: 120, icmp: 30, other: 600 } as const;
/** States of flows other than TCP. */
const OTHER = { new: 0, answered: 1 } as const;
const ICMP_REQUEST_OF = new Map([
  [0, 8],
  [14, 13],
  [16, 15],
  [18, 17],
]);
const ICMP_REQUESTS = new Set([8, 13, 15, 17]);
const ICMP_ERRORS = new Set([3, 4, 5, 11, 12]);
const IPV4_BYTES = 20;
const ICMP_BYTES = 8;

export class ConnectionTracking {
  readonly #table: FlowTable;
  /** Ends of the packet at hand as its flow's first packet would name them, and the other way round. */
  readonly #key: FlowKey = emptyKey();
  readonly #turned: FlowKey = emptyKey();
  /** The packet at hand may begin a flow, in this state and for so many seconds. */
  #begins = false;
  #state = 0;
  #seconds = 0;

  constructor(most: number, seed: number) {
    this.#table = new FlowTable(most, seed);
  }

  /** Whether the packet at hand belongs to no flow that is known. */
  get begins(): boolean {
    return this.#begins;
  }

  /** Finds the packet's flow and moves that on. @param view  IPv4, no later fragment */
  look(view: PacketView, now: number): number {
    this.#begins = false;
    const { protocol } = view;
    if (!hasSoundHeader(view)) return FLOW.invalid;
    if (protocol === IP.icmp && ICMP_ERRORS.has(view.icmpType)) return this.#related(view, now);
    if (!this.#readKey(view)) return FLOW.invalid;
    const forward = this.#table.find(this.#key, now);
    const place = forward === -1 ? this.#table.find(this.#turned, now) : forward;
    const turned = forward === -1 || isMirror(this.#key);
    if (protocol === IP.tcp) return this.#tcp(view, place, turned && place !== -1, now);
    return this.#plain(view, place, turned && place !== -1, now);
  }

  /** The packet at hand passed: its flow is known from now on. @returns false when there is no room */
  confirm(now: number): boolean {
    if (!this.#begins || this.#table.find(this.#key, now) !== -1) return true;
    return this.#table.add(this.#key, this.#state, now + this.#seconds * 1000, now) !== -1;
  }

  count(now: number): number {
    return this.#table.count(now);
  }

  #readKey(view: PacketView): boolean {
    const icmp = view.protocol === IP.icmp;
    const ports = view.hasTransport;
    const request = icmp ? (ICMP_REQUEST_OF.get(view.icmpType) ?? view.icmpType) : 0;
    if (icmp && !ICMP_REQUESTS.has(request)) return false;
    const from = icmp ? view.icmpId : ports ? view.sourcePort : 0;
    const to = icmp ? view.icmpType * 256 + view.icmpCode : ports ? view.targetPort : 0;
    setKey(this.#key, view.protocol, view.sourceIp, view.targetIp, from, to);
    if (icmp) setKey(this.#turned, view.protocol, view.targetIp, view.sourceIp, from, request * 256 + view.icmpCode);
    else setKey(this.#turned, view.protocol, view.targetIp, view.sourceIp, to, from);
    return true;
  }

  #plain(view: PacketView, place: number, turned: boolean, now: number): number {
    const seconds = view.protocol === IP.udp ? SECONDS.udp : view.protocol === IP.icmp ? SECONDS.icmp : SECONDS.other;
    if (place === -1) {
      if (view.protocol === IP.icmp && !ICMP_REQUESTS.has(view.icmpType)) return FLOW.invalid;
      this.#begin(OTHER.new, seconds);
      return FLOW.request;
    }
    const answered = turned || this.#table.stateOf(place) === OTHER.answered;
    if (this.#table.stateOf(place) === OTHER.answered && view.protocol === IP.udp) this.#table.assure(place);
    const stays = this.#table.isAssured(place) ? SECONDS.udpStream : seconds;
    this.#table.keep(place, answered ? OTHER.answered : OTHER.new, now + stays * 1000);
    return turned ? FLOW.reply : FLOW.request;
  }

  #tcp(view: PacketView, place: number, turned: boolean, now: number): number {
    const flags = view.tcpFlags;
    if (!hasSoundFlags(flags)) return FLOW.invalid;
    if (place === -1) return this.#beginTcp(flags);
    const old = this.#table.stateOf(place);
    const next = nextState(old, flags, turned);
    if (next === INVALID) return FLOW.invalid;
    if (next === IGNORED) {
      if (turned) this.#table.answer(place);
      return turned ? FLOW.reply : FLOW.request;
    }
    if (next === TCP.synSent && old >= TCP.timeWait) {
      this.#table.remove(place);
      return this.#beginTcp(flags);
    }
    const answered = this.#table.isAnswered(place);
    if (!answered && resets(flags)) {
      this.#table.remove(place);
      return turned ? FLOW.reply : FLOW.request;
    }
    const opened = old === TCP.synReceived || old === TCP.established;
    if (answered && opened && next === TCP.established) this.#table.assure(place);
    if (turned) this.#table.answer(place);
    const open = next === TCP.established && !this.#table.isAssured(place);
    this.#table.keep(place, next, now + (open ? UNACKNOWLEDGED_SECONDS : (TCP_SECONDS[next] ?? 0)) * 1000);
    return turned ? FLOW.reply : FLOW.request;
  }

  #beginTcp(flags: number): number {
    const state = nextState(TCP.none, flags, false);
    if (state === INVALID) return FLOW.invalid;
    this.#begin(state, state === TCP.established ? UNACKNOWLEDGED_SECONDS : (TCP_SECONDS[state] ?? 0));
    return FLOW.request;
  }

  #begin(state: number, seconds: number): void {
    this.#begins = true;
    this.#state = state;
    this.#seconds = seconds;
  }

  /** An error about a packet of a known flow, sent to whoever sent that packet. */
  #related(view: PacketView, now: number): number {
    const { bytes, end } = view;
    const inner = view.payload + ICMP_BYTES;
    if (end - inner < IPV4_BYTES + 8) return FLOW.invalid;
    const at = inner + ((bytes[inner] as number) & 0x0f) * 4;
    if (at < inner + IPV4_BYTES || at + 8 > end) return FLOW.invalid;
    const protocol = bytes[inner + 9] as number;
    const source = u32(bytes, inner + 12);
    const target = u32(bytes, inner + 16);
    if (source !== view.targetIp) return FLOW.invalid;
    const icmp = protocol === IP.icmp;
    const type = bytes[at] as number;
    const ported = protocol === IP.tcp || protocol === IP.udp;
    const from = icmp ? u16(bytes, at + 4) : ported ? u16(bytes, at) : 0;
    const to = icmp ? u16(bytes, at) : ported ? u16(bytes, at + 2) : 0;
    setKey(this.#key, protocol, source, target, from, to);
    if (icmp)
      setKey(this.#turned, protocol, target, source, from, ((ICMP_REQUEST_OF.get(type) ?? type) << 8) | (to & 0xff));
    else setKey(this.#turned, protocol, target, source, to, from);
    const known = this.#table.find(this.#key, now) !== -1 || this.#table.find(this.#turned, now) !== -1;
    return known ? FLOW.related : FLOW.invalid;
  }
}

function emptyKey(): FlowKey {
  return { protocol: 0, source: 0, destination: 0, sourcePort: 0, destinationPort: 0 };
}

/** Both directions of the flow look alike. Linux then finds the reply's first. */
function isMirror(key: FlowKey): boolean {
  return key.source === key.destination && key.sourcePort === key.destinationPort && key.protocol !== IP.icmp;
}

function setKey(key: FlowKey, protocol: number, source: number, destination: number, from: number, to: number): void {
  key.protocol = protocol;
  key.source = source;
  key.destination = destination;
  key.sourcePort = from;
  key.destinationPort = to;
}
