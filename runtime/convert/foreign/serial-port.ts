// The config node of serial nodes: one port, and how what comes is cut into messages.
import type { FlowNode } from '../../compile/flow-node.ts';
import { textField, wholeField } from '../foreign-fields.ts';
import { type ForeignType, notConverted } from '../foreign-type.ts';
import { SERIAL_PACK } from '../serial-pack.ts';
import { serialPlace } from '../serial-place.ts';

export const serialPort: ForeignType = {
  type: 'serial-port',
  pack: SERIAL_PACK,
  read(node) {
    const place = serialPlace(node, {
      path: 'serialport',
      baudRate: 'serialbaud',
      parity: 'parity',
      stopBits: 'stopbits',
    });
    if ('is' in place) return place;
    const dataBits = wholeField(node, 'databits') ?? 8;
    if (dataBits < 5 || dataBits > 8) return notConverted('It has not 5 to 8 data bits, as a bus has. Correct it.');
    return {
      ...{ is: 'line', protocol: 'serial', name: textField(node, 'name') || `serial-${place.path}` },
      device: place.path,
      what: `serial line at ${place.path}, ${place.baudRate} Bd`,
      settings: { ...place, dataBits },
      inside: 'the program in it opens /dev/ttyS1 in place of the port',
      notes: cutting(node),
    };
  },
};

function cutting(node: FlowNode): readonly string[] {
  const raw = 'A bus tells bytes as they come';
  const ways = new Map([
    ['char', `${raw}, and does not cut them at a character: join and split them in a function node.`],
    ['time', `${raw}, and does not wait for a pause: join them in a function node.`],
    ['count', `${raw}, and does not count them off: join and split them in a function node.`],
  ]);
  const way = ways.get(textField(node, 'out'));
  return way === undefined ? [] : [way];
}
