// A serial port as other packs write it, in the settings of a bus.
import type { FlowNode } from '../compile/flow-node.ts';
import { quoted } from '../model/plain-text.ts';
import { hasVariable, textField, wholeNumber } from './foreign-fields.ts';
import { type NoReading, notConverted } from './foreign-type.ts';

type Parts = 'path' | 'baudRate' | 'parity' | 'stopBits';

export interface SerialPlace {
  readonly path: string;
  readonly baudRate: number | string;
  readonly parity: string;
  readonly stopBits: number;
}

/** @param names  of the fields that have them */
export function serialPlace(node: FlowNode, names: Readonly<Record<Parts, string>>): SerialPlace | NoReading {
  const text = (part: Parts) => textField(node, names[part]).toLowerCase();
  const path = textField(node, names.path);
  if (!path.startsWith('/dev/') && !hasVariable(path))
    return notConverted(
      `${quoted(path)} is no port of a gateway. Write one such as /dev/ttyS1, or a name below /dev/serial/by-id.`,
    );
  const parity = text('parity') || 'none';
  if (!['none', 'even', 'odd'].includes(parity))
    return notConverted(
      `Its parity is ${quoted(parity)}; a bus has none, even and odd. Set the devices to one of them.`,
    );
  const stopBits = wholeNumber(text('stopBits') || 1);
  if (stopBits !== 1 && stopBits !== 2) return notConverted('It has not 1 or 2 stop bits, as a bus has. Correct it.');
  const rate = text('baudRate') || '9600';
  const baudRate = hasVariable(rate) ? rate : wholeNumber(rate);
  if (baudRate === undefined) return notConverted(`Its baud rate is ${quoted(rate)}. Write a number such as 9600.`);
  return { path, baudRate, parity, stopBits };
}
