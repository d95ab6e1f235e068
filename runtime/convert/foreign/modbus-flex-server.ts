// A Modbus device in Node-RED, whose answers are programmed.
import type { ForeignType } from '../foreign-type.ts';
import { MODBUS_PACK } from '../modbus/use.ts';

export const modbusFlexServer: ForeignType = {
  type: 'modbus-flex-server',
  pack: MODBUS_PACK,
  read: () => ({
    is: 'none',
    outcome: 'not-converted',
    why: 'It answers others as a device does. On a bus only VMs ask: let a program in a VM be the server, and draw its network card, with rules for who may ask it.',
  }),
};
