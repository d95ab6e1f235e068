// Which connection a packet belongs to, and what the packet looks like on the other side: connection tracking, and source NAT
// when it is wanted. From inside anything may start; from outside only what answers passes.
import { u16, u32 } from '../packet/bytes.ts';
import { addWords, foldSum } from '../packet/checksum.ts';
import { IP, type PacketView } from '../packet/view.ts';
import { Connections } from './connections.ts';
import { isIcmpError, putIcmpChecksum } from './messages.ts';
import { headerBytes, putAddress, putPort } from './rewrite.ts';
import { TCP, TCP_INVALID, tcpAfter } from './tcp-life.ts';

/** Ports that are tried for one connection; as many as Linux tries. */
const MOST_TRIES = 128;
const ECHO = { reply: 0, request: 8 } as const;

/** What `Translation.find` says of a packet that is not part of a connection. */
export const NEW = -1;
export const INVALID = -2;

export class Translation {
  readonly #connections: Connections;
  /** The address that is shown outside; absent without NAT. */
  readonly #shown: number | undefined;
  #next = 0;

  constructor(shown: number | undefined, connections = new Connections()) {
    this.#shown = shown;
    this.#connections = connections;
  }

  get size(): number {
    return this.#connections.size;
  }

  /**
   * The end of the connection that a whole packet belongs to, or that an ICMP error is about.
   * @param reply it came from outside  @returns NEW or INVALID when there is none
   */
  find(view: PacketView, reply: boolean, now: number): number {
    if (!isSound(view)) return INVALID;
    const { bytes, protocol, payload } = view;
    if (protocol === IP.icmp && isIcmpError(view.icmpType)) return this.#findQuoted(view, reply, now);
    const ports = portsOf(protocol, bytes, payload);
    const end = ports < 0 ? INVALID : this.#connections.find(protocol, view.sourceIp, view.targetIp, ports, now);
    if (end < 0) return end;
    if (((end & 1) === 1) !== reply) return INVALID;
    return protocol === IP.tcp && this.#tcpAfter(end, view) === TCP_INVALID ? INVALID : end;
  }

  /** Starts the connection of a packet from inside. @returns its end; INVALID, or NEW when there is no room */
  open(view: PacketView, now: number): number {
    const { protocol, sourceIp, targetIp } = view;
    if (protocol === IP.icmp && view.icmpType !== ECHO.request) return INVALID;
    if (protocol === IP.tcp && tcpAfter(TCP.none, false, view.tcpFlags) === TCP_INVALID) return INVALID;
    const ports = portsOf(protocol, view.bytes, view.payload);
    const shown = this.#shown ?? sourceIp;
    const back = this.#freePorts(protocol, targetIp, shown, ports, now);
    return back < 0 ? NEW : this.#connections.open(protocol, sourceIp, targetIp, ports, shown, back, now);
  }

  /** Where the packet of an end goes: outside the address it names, inside the station that started the connection. */
  target(end: number): number {
    return (end & 1) === 1 ? (this.#connections.source[end - 1] as number) : (this.#connections.target[end] as number);
  }

  /** The packet passes: its connection lives on. Not for an ICMP error, which keeps nothing alive. */
  passed(end: number, view: PacketView, now: number): void {
    if (view.protocol === IP.icmp && isIcmpError(view.icmpType)) return;
    this.#connections.passed(end, view.protocol === IP.tcp ? this.#tcpAfter(end, view) : TCP.none, now);
  }

  /** Makes a copy of a packet what the other side sees. @param at where its IPv4 header starts */
  rewrite(end: number, bytes: Uint8Array, at: number, until: number): void {
    const body = at + headerBytes(bytes, at);
    const quotes = bytes[at + 9] === IP.icmp && isIcmpError(bytes[body] as number);
    const address = this.#otherAddress(end);
    putAddress(bytes, at, (end & 1) === 1 ? 16 : 12, address, until);
    if (!quotes) {
      this.#rewritePort(end, bytes, at, (end & 1) === 1, until);
      return;
    }
    // The quoted packet went the other way.
    putAddress(bytes, body + 8, (end & 1) === 1 ? 12 : 16, address, until);
    this.#rewritePort(end, bytes, body + 8, (end & 1) === 0, until);
    putIcmpChecksum(bytes, body, until);
  }

  /** The address that the other side knows instead of this side's. */
  #otherAddress(end: number): number {
    const { source, target } = this.#connections;
    return ((end & 1) === 1 ? source[end - 1] : target[end + 1]) as number;
  }

  #rewritePort(end: number, bytes: Uint8Array, at: number, ofTarget: boolean, until: number): void {
    const { ports } = this.#connections;
    const protocol = bytes[at + 9] as number;
    const first = (ports[end & ~1] as number) >>> 16;
    const back = ports[end | 1] as number;
    const shown = protocol === IP.icmp ? back >>> 16 : back & 0xffff;
    const port = (end & 1) === 1 ? first : shown;
    if (protocol === IP.icmp) putPort(bytes, at, 4, port, until);
    else if (protocol === IP.tcp || protocol === IP.udp) putPort(bytes, at, ofTarget ? 2 : 0, port, until);
  }

  #findQuoted(view: PacketView, reply: boolean, now: number): number {
    const { bytes, payload, end } = view;
    const at = payload + 8;
    if (at + 28 > end || (bytes[at] as number) >>> 4 !== 4) return INVALID;
    const header = headerBytes(bytes, at);
    if (header < 20 || at + header + 8 > end || foldSum(addWords(0, bytes, payload, end)) !== 0) return INVALID;
    const protocol = bytes[at + 9] as number;
    if (protocol === IP.icmp && isIcmpError(bytes[at + header] as number)) return INVALID;
    const ports = turned(protocol, portsOf(protocol, bytes, at + header));
    if (ports < 0) return INVALID;
    const found = this.#connections.find(protocol, u32(bytes, at + 16), u32(bytes, at + 12), ports, now);
    return found >= 0 && ((found & 1) === 1) === reply ? found : INVALID;
  }

  #tcpAfter(end: number, view: PacketView): number {
    return tcpAfter(this.#connections.tcpState(end), (end & 1) === 1, view.tcpFlags);
  }

  /** Ports of the replies, as near as can be to what the station chose. @returns -1 when none are free */
  #freePorts(protocol: number, remote: number, shown: number, ports: number, now: number): number {
    const back = turned(protocol, ports);
    if (this.#connections.find(protocol, remote, shown, back, now) < 0) return back;
    const hasPorts = protocol === IP.tcp || protocol === IP.udp || protocol === IP.icmp;
    if (this.#shown === undefined || !hasPorts) return -1;
    const wanted = ports >>> 16;
    // A low port stays low [RFC 4787 REQ-3], as in Linux.
    const least = wanted < 512 ? 1 : wanted < 1024 ? 600 : 1024;
    const most = wanted < 512 ? 511 : wanted < 1024 ? 1023 : 65_535;
    for (let tries = 0; tries < MOST_TRIES; tries += 1) {
      this.#next = (this.#next + 1) & 0xffff;
      const port = least + (this.#next % (most - least + 1));
      const tried = protocol === IP.icmp ? port * 0x1_0000 : (back & 0xffff0000) + port;
      if (this.#connections.find(protocol, remote, shown, tried >>> 0, now) < 0) return tried >>> 0;
    }
    return -1;
  }
}

/** The ports of a packet as one number; an ICMP echo has its identifier and its type; -1 for another ICMP message. */
function portsOf(protocol: number, bytes: Uint8Array, at: number): number {
  if (protocol === IP.tcp || protocol === IP.udp) return u32(bytes, at);
  if (protocol !== IP.icmp) return 0;
  const type = bytes[at] as number;
  return type === ECHO.request || type === ECHO.reply ? u16(bytes, at + 4) * 0x1_0000 + type : -1;
}

/** The ports of the packet that answers. */
function turned(protocol: number, ports: number): number {
  if (ports < 0) return -1;
  if (protocol === IP.icmp) return (ports - (ports & 0xff) + (ECHO.request - (ports & 0xff))) >>> 0;
  return ((ports << 16) | (ports >>> 16)) >>> 0;
}

/** A transport header that agrees with the packet's length. */
function isSound({ protocol, hasTransport, bytes, payload, end }: PacketView): boolean {
  if (protocol === IP.tcp)
    return (
      hasTransport &&
      ((bytes[payload + 12] as number) >>> 4) * 4 >= 20 &&
      payload + ((bytes[payload + 12] as number) >>> 4) * 4 <= end
    );
  if (protocol === IP.udp)
    return hasTransport && u16(bytes, payload + 4) >= 8 && payload + u16(bytes, payload + 4) <= end;
  return protocol !== IP.icmp || hasTransport;
}
