// Opens the socket again by hand.

import { CAN_PACK } from '../can/frames.ts';
import type { ForeignType } from '../foreign-type.ts';

export const socketcanRecover: ForeignType = {
  type: 'socketcan-recover',
  pack: CAN_PACK,
  line: 'config',
  read: () => ({
    is: 'none',
    outcome: 'not-converted',
    why: 'The gateway opens an interface again by itself, so nothing has to be done for it.',
  }),
};
