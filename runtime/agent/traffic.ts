// What goes on at a gateway for those who look: its lines as their driver tells of them, with what is counted at the cards of its VMs; and the
// cards alone where there are no lines.
import type { Kind } from '../model/address.ts';
import type { Handle } from '../model/driver.ts';
import { type HeardTraffic, TRAFFIC_EVERY_MS, type TrafficTick } from '../model/line-figures.ts';
import { MOST_TOLD_PORTS, type PortFigures } from '../model/port-figures.ts';
import type { Backend } from './backend.ts';

/** Beats without a word of any line before cards are told alone: at first, and where there were lines, whose process may be about to start anew. */
const QUIET_BEATS = { first: 2, after: 20 } as const;

type Look = NonNullable<Handle<'line'>['traffic']>;
type Count = () => Promise<readonly PortFigures[]> | readonly PortFigures[];

/** @returns how to look; `undefined` where no driver has anything to see */
export function lookAtTraffic(backend: Pick<Backend, 'handle' | 'facts'>): Look | undefined {
  const handleOf = (of: Kind) => (backend.facts.some(({ kind }) => kind === of) ? backend.handle(of) : undefined);
  const [lines, ports] = [handleOf('line'), handleOf('port')];
  const look = lines?.traffic?.bind(lines);
  const count = ports?.portFigures?.bind(ports);
  if (count === undefined) return look;
  return (heard, ended) => {
    const both = new LinesAndCards(count, heard);
    const stop = look?.(
      tick => both.heardLines(tick),
      () => {
        both.stop();
        ended();
      },
    );
    return () => {
      both.stop();
      stop?.();
    };
  };
}

class LinesAndCards {
  readonly #count: Count;
  readonly #heard: HeardTraffic;
  readonly #beat = setInterval(() => this.#quietBeat(), TRAFFIC_EVERY_MS);
  /** Is told as soon as the cards are read. */
  #waiting: TrafficTick | undefined;
  #quiet = 0;
  /** Of {@link #quiet}, until cards are told alone. */
  #most: number = QUIET_BEATS.first;
  #reading = false;

  constructor(count: Count, heard: HeardTraffic) {
    this.#count = count;
    this.#heard = heard;
    this.#beat.unref();
  }

  /** One tick waits for the cards at most: they may be slow, lines are not held up by them. */
  heardLines(tick: TrafficTick): void {
    this.#flush();
    this.#quiet = 0;
    this.#most = QUIET_BEATS.after;
    this.#waiting = tick;
    void this.#read();
  }

  /** What waits is told. */
  stop(): void {
    clearInterval(this.#beat);
    this.#flush();
  }

  /** WHY not with every beat: lines come as often where there are some, and bring the cards with them. */
  #quietBeat(): void {
    this.#quiet += 1;
    if (this.#quiet < this.#most || this.#reading) return;
    this.#waiting = { atMs: Date.now(), lines: [] };
    void this.#read();
  }

  /** Never rejects: cards that cannot be read now are left out. */
  async #read(): Promise<void> {
    if (this.#reading) return;
    this.#reading = true;
    try {
      const ports = (await this.#count()).slice(0, MOST_TOLD_PORTS);
      if (this.#waiting !== undefined) this.#waiting = { ...this.#waiting, ports };
    } catch {
      // The driver says so when it is asked for what is there.
    } finally {
      this.#reading = false;
      this.#flush();
    }
  }

  #flush(): void {
    const tick = this.#waiting;
    this.#waiting = undefined;
    if (tick !== undefined) this.#heard(tick);
  }
}
