// Leads a client to another device while the flow runs.
import type { ForeignType } from '../foreign-type.ts';
import { MODBUS_PACK } from '../modbus/use.ts';

export const modbusFlexConnector: ForeignType = {
  type: 'modbus-flex-connector',
  pack: MODBUS_PACK,
  line: 'server',
  read: () => ({
    is: 'none',
    outcome: 'not-converted',
    why: 'It leads its client elsewhere while the flow runs. A bus leads to one place: draw a bus for each.',
  }),
};
