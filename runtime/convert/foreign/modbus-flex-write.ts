// Writes what a message says.
import type { ForeignType } from '../foreign-type.ts';
import { unitOfClient } from '../modbus/access.ts';
import { flexible, MODBUS_PACK } from '../modbus/use.ts';

export const modbusFlexWrite: ForeignType = {
  type: 'modbus-flex-write',
  pack: MODBUS_PACK,
  line: 'server',
  read: (node, flow) => flexible(node, flow, 'write', question(unitOfClient(node, flow))),
};

function question(unit: number): string {
  return [
    "const asked = typeof msg.payload === 'string' ? JSON.parse(msg.payload) : msg.payload;",
    'const [code, values] = [Number(asked.fc), [].concat(asked.value)];',
    'msg.payload = {',
    `    unit: Number(asked.unitid ?? ${unit}), function: code, address: Number(asked.address),`,
    '    ...(code === 5 || code === 6 ? { value: values[0] } : { values }),',
    '};',
  ].join('\n');
}
