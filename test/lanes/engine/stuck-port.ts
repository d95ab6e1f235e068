// A port that never comes back from sending.
import type { OpenPort } from '../../../runtime/lanes/engine/port.ts';

export const openPort: OpenPort = () => ({
  waits: 'blocking',
  room: () => Number.POSITIVE_INFINITY,
  send() {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
    return 0;
  },
  poll: () => false,
  close: async () => {},
});
