// Which station is behind which port: learned from what stations send, forgotten when they are silent, bounded in size.

/** Silence after which a station is forgotten, in ms; the default of a Linux bridge. */
export const AGEING_MS = 300_000;
const SWEEP_MS = 1000;

interface Station<P> {
  port: P;
  seen: number;
}

/** @typeParam P  a port */
export class StationTable<P> {
  readonly #stations = new Map<number, Station<P>>();
  readonly #limit: number;
  #swept = Number.NEGATIVE_INFINITY;

  /** @param limit  most stations kept; further ones are not learned, so frames to them are flooded */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Remembers where a station sent from; a station that moved is followed at once. @param now  in ms */
  learn(mac: number, port: P, now: number): void {
    const known = this.#stations.get(mac);
    if (known !== undefined) {
      known.port = port;
      known.seen = now;
      return;
    }
    if (this.#stations.size >= this.#limit) this.#sweep(now);
    if (this.#stations.size < this.#limit) this.#stations.set(mac, { port, seen: now });
  }

  /** @returns the port of a station, `undefined` when it is unknown or was silent for too long */
  find(mac: number, now: number): P | undefined {
    const known = this.#stations.get(mac);
    return known === undefined || now - known.seen > AGEING_MS ? undefined : known.port;
  }

  /** Forgets what is behind a port. */
  forget(port: P): void {
    for (const [mac, station] of this.#stations) if (station.port === port) this.#stations.delete(mac);
  }

  /** MAC addresses behind a port that are not forgotten yet, as numbers. */
  behind(port: P, now: number): readonly number[] {
    return [...this.#stations]
      .filter(([, station]) => station.port === port && now - station.seen <= AGEING_MS)
      .map(([mac]) => mac);
  }

  /** Not more than once a second: a flood of new addresses must not make every frame walk the table. */
  #sweep(now: number): void {
    if (now - this.#swept < SWEEP_MS) return;
    this.#swept = now;
    for (const [mac, station] of this.#stations) if (now - station.seen > AGEING_MS) this.#stations.delete(mac);
  }
}
