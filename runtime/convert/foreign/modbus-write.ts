// Writes the payload of a message to what is written in it.
import type { ForeignType } from '../foreign-type.ts';
import { isRequest, lostOf, MODBUS_PACK, requestOf, WRITES } from '../modbus/use.ts';

export const modbusWrite: ForeignType = {
  type: 'modbus-write',
  pack: MODBUS_PACK,
  line: 'server',
  read(node, flow) {
    const request = requestOf(node, flow, WRITES);
    if (!isRequest(request)) return request;
    const { unit, function: code, first } = request;
    const place = JSON.stringify({ unit, function: code, address: first });
    const values = code === 5 || code === 6 ? 'value: [].concat(msg.payload)[0]' : 'values: [].concat(msg.payload)';
    const question = `msg.payload = { ...${place}, ${values} };`;
    return {
      is: 'use',
      access: [request],
      messages: 'write',
      asks: [{ question, output: 0 }],
      notes: lostOf(node, flow),
    };
  },
};
