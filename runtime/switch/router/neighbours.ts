// Who has which address on one side [RFC 826]. Bounded in entries and in frames that wait. What nobody asked for is not
// believed: an announcement changes nothing, it only makes the leg ask.

/** Entries of one side; a tenant's segment has fewer stations. */
const MOST_NEIGHBOURS = 1024;
/** Packets that wait for one address, and bytes of their frames. */
const MOST_WAITING = 3;
const MOST_WAITING_BYTES = 65_536;
/** Asked again after this time without an answer, and given up after so many times. */
const ASK_AGAIN_MS = 1_000;
const MOST_ASKS = 3;
/** Believed for this long; asked again, while it is still used, some time before. */
const FRESH_MS = 60_000;
const CONFIRM_MS = 45_000;

interface Waiting {
  readonly frame: Uint8Array;
  /** Not a later piece of a packet that is counted already. */
  readonly counts: boolean;
}

interface Neighbour {
  /** Absent while nobody has answered. */
  mac: number | undefined;
  sinceMs: number;
  askedMs: number;
  asks: number;
  waiting: Waiting[];
}

export interface NeighboursOptions {
  now(): number;
  /** Sends an ARP request for an address. */
  ask(ip: number): void;
  /** Sends a frame whose next hop is known now. The frame is the receiver's to keep. */
  release(frame: Uint8Array, mac: number, counts: boolean): void;
  /** So many packets will never be sent: nobody answered. */
  lost(packets: number): void;
}

export class Neighbours {
  readonly #options: NeighboursOptions;
  readonly #known = new Map<number, Neighbour>();

  constructor(options: NeighboursOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#known.size;
  }

  /** The MAC address of a station, asking for it when it has to. @returns undefined while nobody has answered */
  find(ip: number): number | undefined {
    const now = this.#options.now();
    const known = this.#known.get(ip);
    if (known?.mac === undefined) return undefined;
    const age = now - known.sinceMs;
    if (age >= FRESH_MS) {
      this.#known.delete(ip);
      return undefined;
    }
    if (age >= CONFIRM_MS && now - known.askedMs >= ASK_AGAIN_MS) this.#ask(ip, known, now);
    return known.mac;
  }

  /**
   * Keeps a frame until somebody answers for the address.
   * @param frame copied  @param counts false for a later piece of a packet, which waits with the first
   * @returns `full` when too many wait already, `unreachable` when nobody has answered: it is not kept
   */
  wait(ip: number, frame: Uint8Array, counts = true): 'waiting' | 'unreachable' | 'full' {
    const now = this.#options.now();
    const entry = this.#known.get(ip) ?? this.#add(ip, now);
    if (entry.asks >= MOST_ASKS && now - entry.askedMs >= ASK_AGAIN_MS) {
      this.#forget(ip, entry);
      return 'unreachable';
    }
    if (isFull(entry.waiting, frame, counts)) {
      this.#askIfDue(ip, entry, now);
      return 'full';
    }
    entry.waiting.push({ frame: new Uint8Array(frame), counts });
    this.#askIfDue(ip, entry, now);
    return 'waiting';
  }

  /** A station said who it is. @param isReply it answers, rather than asking for us */
  heard(ip: number, mac: number, isReply: boolean): void {
    const now = this.#options.now();
    const entry = this.#known.get(ip);
    if (entry === undefined) {
      if (!isReply) this.#add(ip, now).mac = mac;
      return;
    }
    const outstanding = entry.asks > 0;
    if (isReply ? outstanding : entry.mac === undefined || entry.mac === mac) this.#settle(entry, mac, now);
    else if (entry.mac !== mac && now - entry.askedMs >= ASK_AGAIN_MS) this.#ask(ip, entry, now);
  }

  #settle(entry: Neighbour, mac: number, now: number): void {
    entry.mac = mac;
    entry.sinceMs = now;
    entry.asks = 0;
    const waiting = entry.waiting;
    entry.waiting = [];
    for (const { frame, counts } of waiting) this.#options.release(frame, mac, counts);
  }

  #add(ip: number, now: number): Neighbour {
    if (this.#known.size >= MOST_NEIGHBOURS) {
      const [oldest] = this.#known;
      if (oldest !== undefined) this.#forget(...oldest);
    }
    const made: Neighbour = { mac: undefined, sinceMs: now, askedMs: Number.NEGATIVE_INFINITY, asks: 0, waiting: [] };
    this.#known.set(ip, made);
    return made;
  }

  #forget(ip: number, entry: Neighbour): void {
    this.#known.delete(ip);
    const packets = entry.waiting.filter(({ counts }) => counts).length;
    if (packets > 0) this.#options.lost(packets);
  }

  #askIfDue(ip: number, entry: Neighbour, now: number): void {
    if (now - entry.askedMs >= ASK_AGAIN_MS) this.#ask(ip, entry, now);
  }

  #ask(ip: number, entry: Neighbour, now: number): void {
    entry.askedMs = now;
    entry.asks += 1;
    this.#options.ask(ip);
  }
}

function isFull(waiting: readonly Waiting[], frame: Uint8Array, counts: boolean): boolean {
  if (counts && waiting.filter(other => other.counts).length >= MOST_WAITING) return true;
  return waiting.reduce((sum, other) => sum + other.frame.length, frame.length) > MOST_WAITING_BYTES;
}
