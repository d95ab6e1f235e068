// Known flows in a table of fixed size: rows of eight places, a flow may stand only in the row its hash names. Nothing
// grows, nothing is allocated after the start, and no timer sweeps: an expired flow is overwritten when its place is needed.
import { mixed } from './mixed.ts';

const WAYS = 8;
/** The other end has answered; both ends have spoken for good: such a flow is never given up for another. */
const MARK = { answered: 1, assured: 2 } as const;

/** The two ends of a flow as its first packet named them. For ICMP the ports are the identifier, and type and code. */
export interface FlowKey {
  protocol: number;
  source: number;
  destination: number;
  sourcePort: number;
  destinationPort: number;
}

export class FlowTable {
  readonly #rows: number;
  readonly #seed: number;
  readonly #sources: Uint32Array;
  readonly #destinations: Uint32Array;
  readonly #ports: Uint32Array;
  readonly #protocols: Uint8Array;
  /** Milliseconds of the clock; 0 = free. */
  readonly #until: Float64Array;
  /** Of the protocol's own counting; see ConnectionTracking. */
  readonly #states: Uint8Array;
  /** Bits of `MARK`. */
  readonly #marks: Uint8Array;

  /** @param most  flows, a power of two and at least eight */
  constructor(most: number, seed: number) {
    this.#rows = most / WAYS;
    this.#seed = seed;
    this.#sources = new Uint32Array(most);
    this.#destinations = new Uint32Array(most);
    this.#ports = new Uint32Array(most);
    this.#protocols = new Uint8Array(most);
    this.#until = new Float64Array(most);
    this.#states = new Uint8Array(most);
    this.#marks = new Uint8Array(most);
  }

  /** Place of a living flow, -1 for none. */
  find(key: FlowKey, now: number): number {
    const row = this.#rowOf(key);
    const ports = portsOf(key);
    for (let place = row; place < row + WAYS; place += 1) {
      if ((this.#until[place] as number) <= now) continue;
      if (this.#sources[place] !== key.source || this.#destinations[place] !== key.destination) continue;
      if (this.#ports[place] === ports && this.#protocols[place] === key.protocol) return place;
    }
    return -1;
  }

  /**
   * Adds a flow, not assured. WHY one may be given up: as in Linux, a flood of first packets pushes out only others like it.
   * @returns its place, -1 when the row is full of assured flows
   */
  add(key: FlowKey, state: number, until: number, now: number): number {
    const place = this.#placeFor(this.#rowOf(key), now);
    if (place === -1) return -1;
    this.#sources[place] = key.source;
    this.#destinations[place] = key.destination;
    this.#ports[place] = portsOf(key);
    this.#protocols[place] = key.protocol;
    this.#marks[place] = 0;
    this.keep(place, state, until);
    return place;
  }

  keep(place: number, state: number, until: number): void {
    this.#states[place] = state;
    this.#until[place] = until;
  }

  answer(place: number): void {
    this.#marks[place] = (this.#marks[place] as number) | MARK.answered;
  }

  isAnswered(place: number): boolean {
    return ((this.#marks[place] as number) & MARK.answered) !== 0;
  }

  assure(place: number): void {
    this.#marks[place] = (this.#marks[place] as number) | MARK.assured;
  }

  isAssured(place: number): boolean {
    return ((this.#marks[place] as number) & MARK.assured) !== 0;
  }

  stateOf(place: number): number {
    return this.#states[place] as number;
  }

  remove(place: number): void {
    this.#until[place] = 0;
    this.#marks[place] = 0;
  }

  /** Living flows; for people and tests, it walks the table. */
  count(now: number): number {
    return this.#until.reduce((total, until) => (until > now ? total + 1 : total), 0);
  }

  /** The place that ends first among those that are not assured: a free or expired one if there is any. */
  #placeFor(row: number, now: number): number {
    let best = -1;
    for (let place = row; place < row + WAYS; place += 1) {
      if (this.isAssured(place) && (this.#until[place] as number) > now) continue;
      if (best === -1 || (this.#until[place] as number) < (this.#until[best] as number)) best = place;
    }
    return best;
  }

  #rowOf(key: FlowKey): number {
    const row = mixed(key.source, key.destination, portsOf(key) ^ Math.imul(key.protocol, 0x01000193), this.#seed);
    return (row % this.#rows) * WAYS;
  }
}

function portsOf(key: FlowKey): number {
  return ((key.sourcePort << 16) | key.destinationPort) >>> 0;
}
