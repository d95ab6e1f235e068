// What goes on at a gateway for those who look: its lines as their driver tells of them, with what is counted at the cards of its VMs; and the
// cards alone where there are no lines.
import type { Handle } from '../model/driver.ts';
import { type HeardTraffic, TRAFFIC_EVERY_MS, type TrafficTick } from '../model/line-figures.ts';
import { MOST_TOLD_PORTS, type PortFigures } from '../model/port-figures.ts';
import type { Backend } from './backend.ts';

/** Lines of which nothing was told for so many beats will be told with the cards no more: there are none. */
const MOST_QUIET_BEATS = 20;

type Look = NonNullable<Handle<'line'>['traffic']>;
type Count = () => Promise<readonly PortFigures[]> | readonly PortFigures[];

/** @returns how to look; `undefined` where no driver has anything to see */
export function lookAtTraffic(backend: Pick<Backend, 'handle' | 'facts'>): Look | undefined {
  const lines = backend.handle('line');
  const look = lines.traffic?.bind(lines);
  const ports = backend.facts.some(({ kind }) => kind === 'port') ? backend.handle('port') : undefined;
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
  #lines: TrafficTick['lines'] = [];
  #quiet = 0;
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
    this.#lines = tick.lines;
    this.#waiting = tick;
    void this.#read();
  }

  /** What waits is told. */
  stop(): void {
    clearInterval(this.#beat);
    this.#flush();
  }

  /** WHY not with every beat: lines come as often, and bring the cards with them. */
  #quietBeat(): void {
    this.#quiet += 1;
    if (this.#quiet < 2 || this.#reading) return;
    if (this.#quiet > MOST_QUIET_BEATS) this.#lines = [];
    this.#waiting = { atMs: Date.now(), lines: this.#lines.map(line => ({ ...line, frames: [], lost: 0 })) };
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
