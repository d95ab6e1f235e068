// Says something by a serial port and waits for the answer.
import type { ForeignType } from '../foreign-type.ts';
import { SERIAL_PACK } from '../serial-pack.ts';

export const serialRequest: ForeignType = {
  type: 'serial request',
  pack: SERIAL_PACK,
  line: 'serial',
  read: () => ({
    is: 'none',
    outcome: 'not-converted',
    why: 'It waits for the answer to what it says, which a bus of plain bytes cannot tell apart. Let the program in the VM ask.',
  }),
};
