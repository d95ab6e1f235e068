// A port that takes every frame and sends it nowhere: what is measured is the way to it.
import { EVERYTHING, type OpenPort } from '../../../runtime/lanes/engine/port.ts';

export const openPort: OpenPort = () => ({
  waits: 'blocking',
  room: () => EVERYTHING,
  send: frames => frames.count,
  poll: () => false,
  close: async () => {},
});
