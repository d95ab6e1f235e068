// A port that takes everything and watches the garbage collector of its thread meanwhile.
import { PerformanceObserver } from 'node:perf_hooks';
import { setImmediate as turn } from 'node:timers/promises';
import type { OpenPort } from '../../../runtime/lanes/engine/port.ts';

export interface ProbeOptions {
  /** One double: collections of the thread, written when the port is closed. */
  readonly collections: SharedArrayBuffer;
  /** Frames that come before it begins to watch: the code is compiled on the way. */
  readonly after: number;
}

export const openPort: OpenPort = options => {
  const { collections, after } = options as ProbeOptions;
  let [seen, count] = [0, 0];
  let begun = Number.POSITIVE_INFINITY;
  const observer = new PerformanceObserver(list => {
    for (const entry of list.getEntries()) if (entry.startTime >= begun) count += 1;
  });
  observer.observe({ entryTypes: ['gc'] });
  return {
    waits: 'blocking',
    room: () => Number.POSITIVE_INFINITY,
    send(frames) {
      seen += frames.count;
      if (seen >= after && begun === Number.POSITIVE_INFINITY) begun = performance.now();
      return frames.count;
    },
    poll: () => false,
    async close() {
      const end = performance.now();
      // What the observer is told waits for the event loop, which did not turn until now.
      await turn();
      await turn();
      observer.disconnect();
      new Float64Array(collections)[0] = end > begun ? count : Number.NaN;
    },
  };
};
