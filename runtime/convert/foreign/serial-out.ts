// Says the payload of a message by a serial port.
import type { FlowNode } from '../../compile/flow-node.ts';
import { rawField, textField } from '../foreign-fields.ts';
import type { ForeignFlow, ForeignType } from '../foreign-type.ts';
import { SERIAL_PACK } from '../serial-pack.ts';

export const serialOut: ForeignType = {
  type: 'serial out',
  pack: SERIAL_PACK,
  line: 'serial',
  read: (node, flow) => ({
    ...{ is: 'use', access: [], messages: 'write', asks: [{ question: questionOf(ending(node, flow)) }], notes: [] },
  }),
};

function questionOf(end: string): string {
  const text =
    "if (!Buffer.isBuffer(msg.payload) && typeof msg.payload === 'object') msg.payload = JSON.stringify(msg.payload);";
  const more = `msg.payload = Buffer.isBuffer(msg.payload) ? msg.payload : String(msg.payload)${end === '' ? '' : ` + ${JSON.stringify(end)}`};`;
  return `${text}\n${more}`;
}

const ESCAPED = new Map([
  ['\\n', '\n'],
  ['\\r', '\r'],
  ['\\r\\n', '\r\n'],
  ['\\t', '\t'],
]);

/** What the port appends to each message, when it is set to. */
function ending(node: FlowNode, flow: ForeignFlow): string {
  const port = flow.node(textField(node, 'serial'));
  if (port === undefined) return '';
  const appended = rawField(port.raw, 'addchar');
  const given = appended === true || appended === 'true' ? rawField(port.raw, 'newline') : appended;
  const written = typeof given === 'string' && given !== 'false' ? given : '';
  return (ESCAPED.get(written) ?? written).slice(0, 16);
}
