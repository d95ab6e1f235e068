// The config node of node-red-contrib-modbus: a connection to devices, by serial line or by TCP.
import type { FlowNode } from '../../compile/flow-node.ts';
import { quoted } from '../../model/plain-text.ts';
import { hasVariable, textField, wholeField } from '../foreign-fields.ts';
import type { ForeignType, LineReading, Reading } from '../foreign-type.ts';
import { notConverted } from '../foreign-type.ts';
import { MODBUS_PACK } from '../modbus/use.ts';
import { serialPlace } from '../serial-place.ts';

const INSIDE = 'the program in it speaks Modbus RTU at /dev/ttyS1, whatever the line is outside';
/** What a bus can wait for an answer, ms. */
const [LEAST_MS, MOST_MS] = [10, 60_000];

export const modbusClient: ForeignType = {
  type: 'modbus-client',
  pack: MODBUS_PACK,
  read: node => (textField(node, 'clienttype') === 'tcp' ? onNetwork(node) : onSerialLine(node)),
};

function onNetwork(node: FlowNode): Reading {
  const way = textField(node, 'tcpType') || 'DEFAULT';
  const carrier = way === 'DEFAULT' ? 'tcp' : /^(TCP-)?RTU-BUFFER/.test(way) ? 'rtu-over-tcp' : undefined;
  if (carrier === undefined)
    return notConverted(
      `It speaks ${quoted(way)}; a bus speaks Modbus TCP, or RTU over TCP. Set the device to one of them.`,
    );
  const [host, port] = [textField(node, 'tcpHost'), textField(node, 'tcpPort') || '502'];
  if (host === '') return notConverted('It has no host. Write the address of the device into it.');
  const title = carrier === 'tcp' ? 'Modbus TCP' : 'Modbus RTU over TCP';
  const own = /^(localhost|127\.|::1$)/.test(host);
  return {
    ...{ is: 'line', protocol: 'modbus', name: textField(node, 'name') || `modbus-${host}`, inside: INSIDE },
    device: `${host}:${port}`,
    what: `${title} to ${host}, port ${port}`,
    settings: { carrier, host, port: hasVariable(port) ? port : Number(port) || 502, ...answerMs(node) },
    notes: own ? [`${host} is the gateway itself: write the address of the device, if it is another machine.`] : [],
  };
}

function onSerialLine(node: FlowNode): Reading {
  const mode = textField(node, 'serialType') || 'RTU';
  if (!mode.startsWith('RTU'))
    return notConverted(`It speaks ${quoted(mode)}; a bus has RTU only. Set the devices to RTU, if they can.`);
  const place = serialPlace(node, {
    path: 'serialPort',
    baudRate: 'serialBaudrate',
    parity: 'serialParity',
    stopBits: 'serialStopbits',
  });
  if ('is' in place) return place;
  if (wholeField(node, 'serialDatabits') !== 8)
    return notConverted('It has not 8 data bits, which Modbus RTU demands. Correct it.');
  const line: LineReading = {
    ...{ is: 'line', protocol: 'modbus', name: textField(node, 'name') || `modbus-${place.path}`, inside: INSIDE },
    device: place.path,
    what: `Modbus RTU at ${place.path}, ${place.baudRate} Bd`,
    settings: { carrier: 'rtu', ...place, ...answerMs(node) },
    notes: [],
  };
  return line;
}

function answerMs(node: FlowNode): { readonly answerMs?: number } {
  const timeout = wholeField(node, 'clientTimeout');
  return timeout === undefined ? {} : { answerMs: Math.min(Math.max(timeout, LEAST_MS), MOST_MS) };
}
