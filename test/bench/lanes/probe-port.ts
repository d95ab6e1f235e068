// A port that takes everything and watches the garbage collector of its thread meanwhile.
import { PerformanceObserver } from 'node:perf_hooks';
import { setImmediate as turn } from 'node:timers/promises';
import type { OpenPort } from '../../../runtime/lanes/engine/port.ts';

export interface ProbeOptions {
  /** One double: collections of the thread between its first and its last frame that counts, written when the port is closed. */
  readonly collections: SharedArrayBuffer;
  /** Frames that come before it begins to watch: the code is compiled on the way. */
  readonly after: number;
  /** Frames while it watches. What is thrown away when the lane ends is not the frames'. */
  readonly frames: number;
}

export const openPort: OpenPort = options => {
  const { collections, after, frames: watched } = options as ProbeOptions;
  let seen = 0;
  let [begun, ended] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  const starts: number[] = [];
  const observer = new PerformanceObserver(list => {
    for (const { startTime } of list.getEntries()) starts.push(startTime);
  });
  observer.observe({ entryTypes: ['gc'] });
  return {
    waits: 'blocking',
    room: () => Number.POSITIVE_INFINITY,
    send(frames) {
      seen += frames.count;
      if (seen >= after && begun === Number.POSITIVE_INFINITY) begun = performance.now();
      if (seen >= after + watched && ended === Number.POSITIVE_INFINITY) ended = performance.now();
      return frames.count;
    },
    poll: () => false,
    async close() {
      // What the observer is told waits for the event loop, which did not turn until now.
      await turn();
      await turn();
      observer.disconnect();
      if (ended === Number.POSITIVE_INFINITY) return;
      new Float64Array(collections)[0] = starts.filter(start => start >= begun && start <= ended).length;
    },
  };
};
