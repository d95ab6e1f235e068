// Reads what is written in it whenever a message comes.
import type { ForeignType } from '../foreign-type.ts';
import { isRequest, lostOf, MODBUS_PACK, READS, requestOf } from '../modbus/use.ts';

export const modbusGetter: ForeignType = {
  type: 'modbus-getter',
  pack: MODBUS_PACK,
  line: 'server',
  read(node, flow) {
    const request = requestOf(node, flow, READS);
    if (!isRequest(request)) return request;
    const { unit, function: code, first, count } = request;
    const asked = JSON.stringify({ unit, function: code, address: first, quantity: count });
    const question = `msg.payload = ${asked};`;
    return {
      is: 'use',
      access: [request],
      messages: 'read',
      asks: [{ question, output: 0 }],
      notes: lostOf(node, flow),
    };
  },
};
