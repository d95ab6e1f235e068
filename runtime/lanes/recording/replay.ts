// Gives a recording to a sink again: with its own timing, faster or slower, or as fast as the sink takes it.
import { setImmediate as nextTurn, setTimeout as pause } from 'node:timers/promises';
import type { RecordedFrame } from './recorded-frame.ts';

/** Frames that are due are given in one go up to so many; then others have their turn. */
const BURST = 64;
/** A timer for longer would be over at once [Node.js: setTimeout]. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

export interface ReplayClock {
  /** Milliseconds that only grow. */
  now(): number;
  /** @throws whatever the signal was aborted with */
  sleep(ms: number, signal: AbortSignal | undefined): Promise<void>;
}

export interface ReplayOptions {
  /** How often faster than recorded: 1 is the original timing, `Infinity` as fast as possible. Default 1. */
  readonly speed?: number;
  /** No pause is longer, in ms of the replay: nights of a recording need not be waited for. Default: none is cut. */
  readonly longestPauseMs?: number;
  readonly signal?: AbortSignal | undefined;
  readonly clock?: ReplayClock;
}

export interface ReplayFigures {
  readonly frames: number;
  /** The most that a frame came too late, in ms: because the sink or this process was busy. */
  readonly latestMs: number;
}

/**
 * Replays frames in their order. A frame that was recorded before the one it follows is given at once.
 * @param sink  may return a promise, which is waited for; the next frame is then late, and the ones after it catch up
 * @throws RangeError for a speed that is none; what the sink throws; what the signal was aborted with
 */
export async function replay<F extends Pick<RecordedFrame, 'time'>>(
  frames: Iterable<F> | AsyncIterable<F>,
  sink: (frame: F) => void | Promise<void>,
  { speed = 1, longestPauseMs = Number.POSITIVE_INFINITY, signal, clock = processClock }: ReplayOptions = {},
): Promise<ReplayFigures> {
  if (!(speed > 0)) throw new RangeError(`a replay cannot go at the speed ${speed}`);
  let [count, latestMs, inBurst] = [0, 0, 0];
  let before: number | undefined;
  /** When the frame is due. Counted from the first, never from the last sleep, so that late sleeps do not add up. */
  let due = clock.now();
  for await (const frame of frames) {
    signal?.throwIfAborted();
    due += Math.min(pauseBetween(before, frame.time, speed), longestPauseMs);
    before = Math.max(before ?? frame.time, frame.time);
    if (speed !== Number.POSITIVE_INFINITY && (await sleepUntil(due, clock, signal))) inBurst = 0;
    if (inBurst === BURST) {
      await nextTurn();
      inBurst = 0;
    }
    if (speed !== Number.POSITIVE_INFINITY) latestMs = Math.max(latestMs, clock.now() - due);
    const given = sink(frame);
    if (given !== undefined) await given;
    count += 1;
    inBurst += 1;
  }
  return { frames: count, latestMs };
}

/** @returns whether there was anything to wait for */
async function sleepUntil(due: number, clock: ReplayClock, signal: AbortSignal | undefined): Promise<boolean> {
  let slept = false;
  for (let wait = due - clock.now(); wait > 0; wait = due - clock.now()) {
    await clock.sleep(Math.min(wait, LONGEST_TIMER_MS), signal);
    slept = true;
  }
  return slept;
}

function pauseBetween(before: number | undefined, time: number, speed: number): number {
  return before === undefined ? 0 : Math.max(0, time - before) / 1_000 / speed;
}

const processClock: ReplayClock = {
  now: () => performance.now(),
  async sleep(ms, signal) {
    try {
      await pause(ms, undefined, signal === undefined ? {} : { signal });
    } catch (error) {
      signal?.throwIfAborted();
      throw error;
    }
  },
};
