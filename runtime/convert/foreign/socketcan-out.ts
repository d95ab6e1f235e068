// Tells frames of the bus: the pack calls `out` what comes out of there.
import { CAN_PACK, HEARD } from '../can/frames.ts';
import type { ForeignType } from '../foreign-type.ts';

export const socketcanOut: ForeignType = {
  type: 'socketcan-out',
  pack: CAN_PACK,
  line: 'config',
  read: () => ({
    ...{ is: 'use', access: [{ of: 'can', direction: 'to-vm' }], messages: 'none', asks: [], hears: HEARD },
    notes: ['Error frames are not told: the state of the bus is in the sidebar.'],
  }),
};
