// Reads several things, one after the other, whenever a message comes.
import { isRecord, listOf } from '../../compile/flow-node.ts';
import { rawField } from '../foreign-fields.ts';
import { type ForeignType, type ModbusAccess, notConverted } from '../foreign-type.ts';
import { accessOf } from '../modbus/access.ts';
import { lostOf, MODBUS_PACK } from '../modbus/use.ts';

/** `FC3`, or with its title behind it. */
const FUNCTION = /^FC ?([1-4])\b/;
const MOST = 100;

export const modbusFlexSequencer: ForeignType = {
  type: 'modbus-flex-sequencer',
  pack: MODBUS_PACK,
  line: 'server',
  read(node, flow) {
    const found = listOf(node.raw.sequences).slice(0, MOST).map(requestOf);
    const access = found.filter(one => typeof one !== 'string');
    if (access.length === 0)
      return notConverted('It has no request that can be read. Write units, addresses and quantities as numbers.');
    const faulty = found.filter(one => typeof one === 'string');
    return {
      ...{ is: 'use', access, messages: 'read' },
      asks: access.map(one => ({ question: questionOf(one), output: 0 })),
      notes: [...new Set(faulty)].map(why => `A request is left out: ${why}.`).concat(lostOf(node, flow)),
    };
  },
};

function requestOf(row: unknown): ModbusAccess | string {
  if (!isRecord(row)) return 'it is no request';
  const field = (name: string) => rawField(row, name);
  const code = field('fc');
  const known = typeof code === 'string' ? FUNCTION.exec(code)?.[1] : undefined;
  return accessOf(field('unitid'), known ?? code, field('address'), field('quantity'));
}

function questionOf({ unit, function: code, first, count }: ModbusAccess): string {
  return `msg.payload = ${JSON.stringify({ unit, function: code, address: first, quantity: count })};`;
}
