// Shows answers in its status.
import type { ForeignType } from '../foreign-type.ts';
import { MODBUS_PACK } from '../modbus/use.ts';

export const modbusResponse: ForeignType = {
  type: 'modbus-response',
  pack: MODBUS_PACK,
  read: () => ({
    is: 'none',
    outcome: 'not-converted',
    why: 'It shows answers in its status. Wire a debug node to where it hung.',
  }),
};
