// Goes into a process before its own code (`node --import`) and says, when its parent asks, how late its event loop was.
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { isMainThread } from 'node:worker_threads';

/** What the parent is told: how much later than asked for a timer ran, in ms. */
export interface Delay {
  readonly p50: number;
  readonly p99: number;
}

const RESOLUTION_MS = 1;
/** Threads inherit what goes in before; the one with the event loop in question is the first. */
if (isMainThread) {
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delay.enable();
  const late = (percent: number) => Math.max(0, delay.percentile(percent) / 1e6 - RESOLUTION_MS);
  process.on('message', what => {
    if (what === 'read') process.send?.({ p50: late(50), p99: late(99) } satisfies Delay);
    else delay.reset();
  });
}
