// Tells what comes by a serial port.
import { textField } from '../foreign-fields.ts';
import type { ForeignType } from '../foreign-type.ts';
import { SERIAL_PACK } from '../serial-pack.ts';

export const serialIn: ForeignType = {
  type: 'serial in',
  pack: SERIAL_PACK,
  line: 'serial',
  read(node, flow) {
    const port = flow.node(textField(node, 'serial'));
    const text = port === undefined || textField(port, 'bin') !== 'bin';
    const bytes = "Buffer.from(msg.payload.data ?? '', 'hex')";
    return {
      ...{ is: 'use', access: [], messages: 'none', asks: [], notes: [] },
      // What the VM says is told too, and is none of what comes by the port.
      hears: `if (msg.payload.from !== 'device') return null;\nmsg.payload = ${bytes}${text ? ".toString('utf8')" : ''};`,
    };
  },
};
