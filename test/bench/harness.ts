// What every bench returns, how ratios are measured in pairs, and how a figure is held against its goals.

export interface Goal {
  /** Which way is better. */
  readonly better: 'lower' | 'higher';
  /** What must hold. */
  readonly gate: number;
  /** What we are proud of. */
  readonly extreme: number;
}

/** What figures come from. */
export type Label = 'real' | 'emulated' | 'simulated';

/** One figure as a bench measured it. */
export interface Figure {
  readonly id: string;
  /** One line: what was measured against what. */
  readonly what: string;
  /** Median of the rounds. */
  readonly value: number;
  /** Smallest and largest of the rounds. */
  readonly spread: readonly [number, number];
  /** `ratio`, `ms`, `MiB`, … */
  readonly unit: string;
  /** Absent when it is that of the bench. */
  readonly label?: Label;
  /** Absent for figures that only inform. */
  readonly goal?: Goal;
}

export interface Bench {
  /** One line for the list. */
  readonly what: string;
  /** Of the figures that do not say otherwise. */
  readonly label: Label;
  /** Measures. `note` tells about progress. */
  run(note: (text: string) => void): Promise<readonly Figure[]>;
}

export type Met = 'extreme' | 'gate' | 'no' | null;

/** Holds a value against its goal; `null` when it has none. */
export function met(value: number, goal: Goal | undefined): Met {
  if (goal === undefined) return null;
  const reaches = (bound: number) => (goal.better === 'lower' ? value <= bound : value >= bound);
  if (reaches(goal.extreme)) return 'extreme';
  return reaches(goal.gate) ? 'gate' : 'no';
}

/** Middle of the values; the mean of the two middle ones for an even count. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

/** Median and spread of measured values. */
export function summarize(values: readonly number[]): Pick<Figure, 'value' | 'spread'> {
  return { value: median(values), spread: [Math.min(...values), Math.max(...values)] };
}

/** Milliseconds that a piece of work takes. */
export async function timeMs(work: () => unknown): Promise<number> {
  const start = process.hrtime.bigint();
  await work();
  return Number(process.hrtime.bigint() - start) / 1e6;
}

/**
 * Ratio of two pieces of work, subject over baseline, measured in pairs so that a noisy machine hurts both alike. The
 * order alternates from round to round; one round before is not counted.
 * @param settle  after each piece of work, not measured: waits for what it has left under way
 */
export async function pairedRatio(
  subject: () => unknown,
  baseline: () => unknown,
  rounds: number,
  settle: () => unknown = () => {},
): Promise<Pick<Figure, 'value' | 'spread'>> {
  const ratios: number[] = [];
  for (let round = -1; round < rounds; round += 1) {
    const subjectFirst = round % 2 === 0;
    const first = await timeMs(subjectFirst ? subject : baseline);
    await settle();
    const second = await timeMs(subjectFirst ? baseline : subject);
    await settle();
    if (round >= 0) ratios.push(subjectFirst ? first / second : second / first);
  }
  return summarize(ratios);
}
