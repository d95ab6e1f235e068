// The connections through a leg: who talks to whom, seen from either side, with the ports that NAT chose. Numbers in typed
// arrays behind a hash, so that a frame makes no objects and the table never grows.
import { IP } from '../packet/view.ts';
import { TCP, tcpTimeoutMs } from './tcp-life.ts';

/** A power of two. */
export const MOST_CONNECTIONS = 16_384;
const UDP_MS = 30_000;
/** UDP that was answered. */
const UDP_STREAM_MS = 120_000;
const ICMP_MS = 30_000;
const OTHER_MS = 600_000;
/** Places that are looked at for one new connection when the table is full. */
const MOST_EVICTION_LOOKS = 64;

/**
 * A table of connections. Each has two ends: end `2n` is the packet that started connection n as it arrived, end `2n + 1` a reply
 * as it arrives (so with NAT, to the outside address). `ports` are source × 65536 + target.
 */
export class Connections {
  readonly source = new Uint32Array(MOST_CONNECTIONS * 2);
  readonly target = new Uint32Array(MOST_CONNECTIONS * 2);
  readonly ports = new Uint32Array(MOST_CONNECTIONS * 2);
  readonly #protocol = new Uint8Array(MOST_CONNECTIONS);
  /** 0 free. */
  readonly #expires = new Float64Array(MOST_CONNECTIONS);
  readonly #replied = new Uint8Array(MOST_CONNECTIONS);
  readonly #tcp = new Uint8Array(MOST_CONNECTIONS);
  readonly #heads = new Int32Array(MOST_CONNECTIONS * 2).fill(-1);
  readonly #next = new Int32Array(MOST_CONNECTIONS * 2);
  readonly #free = new Int32Array(MOST_CONNECTIONS);
  #frees = MOST_CONNECTIONS;
  #hand = 0;

  constructor() {
    for (let index = 0; index < MOST_CONNECTIONS; index += 1) this.#free[index] = MOST_CONNECTIONS - 1 - index;
  }

  get size(): number {
    return MOST_CONNECTIONS - this.#frees;
  }

  /** @returns the end, -1 when there is none (an expired one is forgotten) */
  find(protocol: number, source: number, target: number, ports: number, now: number): number {
    let end = this.#heads[hash(protocol, source, target, ports)] as number;
    for (; end >= 0; end = this.#next[end] as number)
      if (
        this.source[end] === source &&
        this.target[end] === target &&
        this.ports[end] === ports &&
        this.#protocol[end >>> 1] === protocol
      )
        break;
    if (end >= 0 && (this.#expires[end >>> 1] as number) <= now) {
      this.#close(end >>> 1);
      return -1;
    }
    return end;
  }

  /**
   * Remembers a connection. A full table forgets one that has expired or was never answered.
   * @param backTarget who replies are sent to  @param backPorts ports of a reply
   * @returns its first end, -1 when all are in use
   */
  open(
    protocol: number,
    source: number,
    target: number,
    ports: number,
    backTarget: number,
    backPorts: number,
    now: number,
  ): number {
    if (this.#frees === 0 && !this.#evict(now)) return -1;
    this.#frees -= 1;
    const connection = this.#free[this.#frees] as number;
    this.#protocol[connection] = protocol;
    this.#replied[connection] = 0;
    this.#tcp[connection] = TCP.none;
    this.#link(connection * 2, source, target, ports);
    this.#link(connection * 2 + 1, target, backTarget, backPorts);
    this.#refresh(connection, now);
    return connection * 2;
  }

  /** A packet of an end passed. @param tcpState of TCP, the state it leads to */
  passed(end: number, tcpState: number, now: number): void {
    const connection = end >>> 1;
    if ((end & 1) === 1) this.#replied[connection] = 1;
    this.#tcp[connection] = tcpState;
    this.#refresh(connection, now);
  }

  tcpState(end: number): number {
    return this.#tcp[end >>> 1] as number;
  }

  #refresh(connection: number, now: number): void {
    this.#expires[connection] = now + this.#timeoutMs(connection);
  }

  #timeoutMs(connection: number): number {
    switch (this.#protocol[connection]) {
      case IP.tcp:
        return tcpTimeoutMs((this.#tcp[connection] as number) || TCP.synSent);
      case IP.udp:
        return this.#replied[connection] === 1 ? UDP_STREAM_MS : UDP_MS;
      case IP.icmp:
        return ICMP_MS;
      default:
        return OTHER_MS;
    }
  }

  #evict(now: number): boolean {
    let unanswered = -1;
    for (let looks = 0; looks < MOST_EVICTION_LOOKS; looks += 1) {
      const connection = this.#hand;
      this.#hand = (this.#hand + 1) % MOST_CONNECTIONS;
      if ((this.#expires[connection] as number) <= now) {
        this.#close(connection);
        return true;
      }
      if (this.#replied[connection] === 0) unanswered = connection;
    }
    if (unanswered >= 0) this.#close(unanswered);
    return unanswered >= 0;
  }

  #close(connection: number): void {
    this.#unlink(connection * 2);
    this.#unlink(connection * 2 + 1);
    this.#free[this.#frees] = connection;
    this.#frees += 1;
  }

  #link(end: number, source: number, target: number, ports: number): void {
    this.source[end] = source;
    this.target[end] = target;
    this.ports[end] = ports;
    const head = this.#headOf(end);
    this.#next[end] = this.#heads[head] as number;
    this.#heads[head] = end;
  }

  #unlink(end: number): void {
    const head = this.#headOf(end);
    if (this.#heads[head] === end) {
      this.#heads[head] = this.#next[end] as number;
      return;
    }
    let before = this.#heads[head] as number;
    while (this.#next[before] !== end) before = this.#next[before] as number;
    this.#next[before] = this.#next[end] as number;
  }

  #headOf(end: number): number {
    const protocol = this.#protocol[end >>> 1] as number;
    return hash(protocol, this.source[end] as number, this.target[end] as number, this.ports[end] as number);
  }
}

function hash(protocol: number, source: number, target: number, ports: number): number {
  let mixed = Math.imul(source ^ Math.imul(target, 0x9e3779b1), 0x85ebca6b) ^ protocol;
  mixed = Math.imul(mixed ^ (mixed >>> 15) ^ ports, 0xc2b2ae35);
  return ((mixed ^ (mixed >>> 13)) >>> 0) % (MOST_CONNECTIONS * 2);
}
