// A port that does not open.
import type { OpenPort } from '../../../runtime/lanes/engine/port.ts';

export const openPort: OpenPort = () => {
  throw new Error('there is no such device');
};
