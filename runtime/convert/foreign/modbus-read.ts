// Reads by itself every so often.
import type { FlowNode } from '../../compile/flow-node.ts';
import { amountField, rawField, textField } from '../foreign-fields.ts';
import type { ForeignType } from '../foreign-type.ts';
import { isRequest, lostOf, MODBUS_PACK, READS, requestOf } from '../modbus/use.ts';

const SECONDS = new Map([
  ['ms', 0.001],
  ['s', 1],
  ['m', 60],
  ['h', 3600],
]);
/** What the pack takes when nothing is written. */
const [USUAL_SECONDS, USUAL_DELAY_SECONDS, AT_ONCE_SECONDS] = [10, 10, 0.1];

export const modbusRead: ForeignType = {
  type: 'modbus-read',
  pack: MODBUS_PACK,
  line: 'server',
  read(node, flow) {
    const request = requestOf(node, flow, READS);
    if (!isRequest(request)) return request;
    const { unit, function: code, first, count } = request;
    const question = { unit, function: code, address: first, quantity: count };
    const every = {
      seconds: secondsOf(node),
      firstAfterSeconds: delayOf(node),
      topic: textField(node, 'topic') || 'polling',
    };
    return {
      is: 'use',
      access: [request],
      messages: 'read',
      asks: [{ every, question, output: 0 }],
      notes: lostOf(node, flow),
    };
  },
};

function secondsOf(node: FlowNode): number {
  const factor = SECONDS.get(textField(node, 'rateUnit')) ?? 1;
  const seconds = (amountField(node, 'rate') ?? USUAL_SECONDS) * factor;
  return seconds > 0 ? Math.round(seconds * 1000) / 1000 : USUAL_SECONDS;
}

function delayOf(node: FlowNode): number {
  if (rawField(node.raw, 'delayOnStart') !== true) return AT_ONCE_SECONDS;
  return amountField(node, 'startDelayTime') ?? USUAL_DELAY_SECONDS;
}
