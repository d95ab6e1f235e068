// What happened at the ends of a line in the last minute: rates out of counters that only grow. Pure.
import type { EndFigures, WireFigures } from '../../runtime/model/line-figures.ts';
import type { LineEnd } from '../../runtime/model/line-frame.ts';

/** A minute of two looks a second. */
const MOST_POINTS = 120;
/** A rate is taken over so many looks: one alone would jump between 0 and 2 for one event a second. */
export const RATE_OVER = 4;

/** Events in a second. */
export type WireRates = WireFigures;

export interface EndRates {
  readonly in: WireRates;
  readonly out: WireRates;
}

interface Sample {
  readonly atMs: number;
  readonly figures: EndFigures;
}

interface EndHistory {
  readonly samples: Sample[];
  /** Frames a second both ways, oldest first. */
  readonly points: number[];
}

const WIRE = ['frames', 'bytes', 'denied', 'dropped', 'malformed'] as const;
const STILL: WireRates = { frames: 0, bytes: 0, denied: 0, dropped: 0, malformed: 0 };

export class LineHistory {
  #ends = new Map<LineEnd, EndHistory>();

  /** Takes what was counted so far. @param atMs  Unix time of the gateway in ms */
  take(atMs: number, ends: readonly EndFigures[]): void {
    const now = new Map(
      ends.map(figures => [figures.end, this.#grown(this.#ends.get(figures.end), { atMs, figures })]),
    );
    this.#ends = now;
  }

  rates(end: LineEnd): EndRates {
    const samples = this.#ends.get(end)?.samples ?? [];
    const [first, last] = [samples[0], samples.at(-1)];
    if (first === undefined || last === undefined || first === last) return { in: STILL, out: STILL };
    const seconds = (last.atMs - first.atMs) / 1_000;
    return { in: ratesBetween(first, last, 'in', seconds), out: ratesBetween(first, last, 'out', seconds) };
  }

  /** Frames a second of the last minute, oldest first. */
  points(end: LineEnd): readonly number[] {
    return this.#ends.get(end)?.points ?? [];
  }

  #grown(history: EndHistory | undefined, sample: Sample): EndHistory {
    const before = history?.samples.at(-1);
    if (history === undefined || before === undefined || isNewCount(before, sample))
      return { samples: [sample], points: [] };
    history.samples.push(sample);
    if (history.samples.length > RATE_OVER + 1) history.samples.shift();
    history.points.push(framesPerSecond(before, sample));
    if (history.points.length > MOST_POINTS) history.points.shift();
    return history;
  }
}

/** Counters begin anew when their line does, and a clock may have been set back. */
function isNewCount(before: Sample, { atMs, figures }: Sample): boolean {
  if (atMs <= before.atMs) return true;
  return (['in', 'out'] as const).some(way => WIRE.some(what => figures[way][what] < before.figures[way][what]));
}

function framesPerSecond(before: Sample, after: Sample): number {
  const frames = ({ figures }: Sample) => figures.in.frames + figures.out.frames;
  return ((frames(after) - frames(before)) * 1_000) / (after.atMs - before.atMs);
}

function ratesBetween(first: Sample, last: Sample, way: 'in' | 'out', seconds: number): WireRates {
  const rate = (what: (typeof WIRE)[number]) => (last.figures[way][what] - first.figures[way][what]) / seconds;
  return Object.fromEntries(WIRE.map(what => [what, rate(what)])) as unknown as WireRates;
}
