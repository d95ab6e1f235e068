// Looks at all lines again and again while somebody wants to see it.
import type { Address } from '../../model/address.ts';
import { TRAFFIC_EVERY_MS, type TrafficTick } from '../../model/line-figures.ts';
import type { Lines } from './lines.ts';
import type { LiveLine } from './live-line.ts';
import { RecentFrames } from './recent-frames.ts';

interface Watched {
  readonly recent: RecentFrames;
  readonly stop: () => void;
}

export interface TrafficWorld {
  readonly lines: Pick<Lines, 'all'>;
  readonly now: () => number;
  /** @returns false when there is no room now: what has come meanwhile is told with the next tick */
  readonly ready: () => boolean;
  readonly tell: (tick: TrafficTick) => void;
}

export class Traffic {
  readonly #world: TrafficWorld;
  readonly #watched = new Map<LiveLine, Watched>();
  readonly #timer: NodeJS.Timeout;

  constructor(world: TrafficWorld) {
    this.#world = world;
    this.#watchAll();
    this.#timer = setInterval(() => this.#tick(), TRAFFIC_EVERY_MS);
  }

  stop(): void {
    clearInterval(this.#timer);
    for (const { stop } of this.#watched.values()) stop();
    this.#watched.clear();
  }

  #tick(): void {
    const { lines, now, ready, tell } = this.#world;
    this.#watchAll();
    if (!ready()) return;
    tell({ atMs: now(), lines: [...lines.all()].map(([address, line]) => this.#seen(address, line)) });
  }

  #seen(line: Address<'line'>, live: LiveLine): TrafficTick['lines'][number] {
    const { frames, lost } = this.#watched.get(live)?.recent.take() ?? { frames: [], lost: 0 };
    return { line, figures: live.figures(), frames, lost };
  }

  /** Lines come and go while somebody looks. */
  #watchAll(): void {
    const now = new Set([...this.#world.lines.all()].map(([, line]) => line));
    for (const line of now) if (!this.#watched.has(line)) this.#watched.set(line, watch(line));
    for (const [line, { stop }] of this.#watched) {
      if (now.has(line)) continue;
      stop();
      this.#watched.delete(line);
    }
  }
}

function watch(line: LiveLine): Watched {
  const recent = new RecentFrames();
  return { recent, stop: line.listen(recent) };
}
