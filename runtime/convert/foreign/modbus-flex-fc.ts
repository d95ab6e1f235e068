// Asks with function codes that are described in it.
import type { ForeignType } from '../foreign-type.ts';
import { MODBUS_PACK } from '../modbus/use.ts';

export const modbusFlexFc: ForeignType = {
  type: 'modbus-flex-fc',
  pack: MODBUS_PACK,
  line: 'server',
  read: () => ({
    is: 'none',
    outcome: 'not-converted',
    why: 'It asks with a function code of its own making, which messages to a bus cannot. Let a program in the VM ask, and add a rule for the code.',
  }),
};
