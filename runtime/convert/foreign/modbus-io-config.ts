// A file with names of registers.
import type { ForeignType } from '../foreign-type.ts';
import { MODBUS_PACK } from '../modbus/use.ts';

export const modbusIoConfig: ForeignType = {
  type: 'modbus-io-config',
  pack: MODBUS_PACK,
  read: () => ({
    is: 'none',
    outcome: 'not-converted',
    why: 'It names registers from a file, and a bus has no names. Keep the file, and name values in change nodes.',
  }),
};
