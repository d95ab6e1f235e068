// Whether memory stays: readings after a forced collection, and the straight line that fits them best.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

export interface Reading {
  /** Since the start. */
  readonly minutes: number;
  /** Of the whole process, with the threads of its guests. */
  readonly rssMiB: number;
  /** Objects and buffers of this thread. */
  readonly heapMiB: number;
}

const MIB = 2 ** 20;

/** @returns how to collect what is not needed any more, in this thread */
export function collector(): () => void {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  return () => {
    collect();
    collect(); // what the first one only marked as done with
  };
}

export function readMemory(sinceMs: number): Reading {
  const { rss, heapUsed, arrayBuffers } = process.memoryUsage();
  return {
    minutes: (performance.now() - sinceMs) / 60_000,
    rssMiB: rss / MIB,
    heapMiB: (heapUsed + arrayBuffers) / MIB,
  };
}

/** The readings of the second half of the time: the first one fills caches, tables and what the system keeps in stock. */
export function secondHalf(readings: readonly Reading[]): readonly Reading[] {
  const end = readings.at(-1)?.minutes ?? 0;
  return readings.filter(({ minutes }) => minutes >= end / 2);
}

/**
 * How much the line of least squares through the readings rises from the first to the last one.
 * @throws Error with fewer than two moments, through which there is no line
 */
export function rise(readings: readonly Reading[], of: (reading: Reading) => number): number {
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [xs, ys] = [readings.map(({ minutes }) => minutes), readings.map(of)];
  const [x, y] = [mean(xs), mean(ys)];
  const along = xs.reduce((sum, each, index) => sum + (each - x) * ((ys[index] ?? y) - y), 0);
  const square = xs.reduce((sum, each) => sum + (each - x) ** 2, 0);
  if (!(square > 0)) throw new Error(`${readings.length} readings make no line`);
  return (along / square) * ((xs.at(-1) ?? 0) - (xs[0] ?? 0));
}
