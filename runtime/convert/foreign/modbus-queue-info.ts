// Tells how many requests wait in the client.
import type { ForeignType } from '../foreign-type.ts';
import { MODBUS_PACK } from '../modbus/use.ts';

export const modbusQueueInfo: ForeignType = {
  type: 'modbus-queue-info',
  pack: MODBUS_PACK,
  line: 'server',
  read: () => ({
    is: 'none',
    outcome: 'not-converted',
    why: 'The queue of a bus is watched by the gateway: see its figures in the Traffic view of the sidebar.',
  }),
};
