// A device that can be opened only once at a time, as serial ports are. Takes everything.
import type { OpenPort } from '../../../runtime/lanes/engine/port.ts';

export interface ExclusiveOptions {
  /** Words: who holds it (0 = nobody), how often it was opened. */
  readonly device: SharedArrayBuffer;
  /** Not opened more often than so. */
  readonly opens: number;
  /** A setting of the line. */
  readonly baud: number;
}

export const openPort: OpenPort = options => {
  const { device, opens, baud } = options as ExclusiveOptions;
  const words = new Int32Array(device);
  if (Atomics.compareExchange(words, 0, 0, baud) !== 0) throw new Error('the device is held by another');
  if (Atomics.add(words, 1, 1) >= opens) {
    Atomics.store(words, 0, 0);
    throw new Error('the device is gone');
  }
  return {
    waits: 'blocking',
    room: () => Number.POSITIVE_INFINITY,
    send: frames => frames.count,
    poll: () => false,
    close: async () => {
      Atomics.store(words, 0, 0);
    },
  };
};
