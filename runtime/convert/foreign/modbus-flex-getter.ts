// Reads what a message says.
import type { ForeignType } from '../foreign-type.ts';
import { unitOfClient } from '../modbus/access.ts';
import { flexible, MODBUS_PACK } from '../modbus/use.ts';

export const modbusFlexGetter: ForeignType = {
  type: 'modbus-flex-getter',
  pack: MODBUS_PACK,
  line: 'server',
  read: (node, flow) => flexible(node, flow, 'read', question(unitOfClient(node, flow))),
};

function question(unit: number): string {
  return [
    "const asked = typeof msg.payload === 'string' ? JSON.parse(msg.payload) : msg.payload;",
    'msg.payload = {',
    `    unit: Number(asked.unitid ?? ${unit}), function: Number(asked.fc),`,
    '    address: Number(asked.address), quantity: Number(asked.quantity ?? 1),',
    '};',
  ].join('\n');
}
