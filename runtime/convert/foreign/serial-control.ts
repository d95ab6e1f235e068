// Changes a port while the flow runs.
import type { ForeignType } from '../foreign-type.ts';
import { SERIAL_PACK } from '../serial-pack.ts';

export const serialControl: ForeignType = {
  type: 'serial control',
  pack: SERIAL_PACK,
  line: 'serial',
  read: () => ({
    is: 'none',
    outcome: 'not-converted',
    why: 'It changes the settings of the port while the flow runs. Write them into the bus.',
  }),
};
