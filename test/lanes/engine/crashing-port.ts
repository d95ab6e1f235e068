// A port that throws now and then in the middle of sending a burst, as a driver with a fault would. What it sent before is sent.

import type { OpenPort } from '../../../runtime/lanes/engine/port.ts';
import { openPort as openRingPort, type RingPortOptions } from '../../../runtime/lanes/engine/ring-port.ts';
import { Burst } from '../../../runtime/lanes/memory/burst.ts';

export interface CrashingOptions extends RingPortOptions {
  /** Two words: bursts sent so far, and crashes that are still to come. */
  readonly state: SharedArrayBuffer;
  /** Throws at every so manieth burst. */
  readonly every: number;
}

export const openPort: OpenPort = async (options, context) => {
  const { state, every } = options as CrashingOptions;
  const words = new Int32Array(state);
  const ring = await openRingPort(options, context);
  return {
    ...ring,
    send(frames, memory) {
      const isLast = Atomics.add(words, 0, 1) % every === every - 1 && Atomics.sub(words, 1, 1) > 0;
      if (!isLast) return ring.send(frames, memory);
      const half = new Burst(frames.room);
      for (let index = 0; index < frames.count >> 1; index += 1)
        half.push(frames.slot(index), frames.words[index] ?? 0);
      ring.send(half, memory);
      throw new Error('the driver is broken');
    },
  };
};
