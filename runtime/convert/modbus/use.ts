// What the nodes of node-red-contrib-modbus have in common.
import { type FlowNode, wiredTo } from '../../compile/flow-node.ts';
import type { LineMessages } from '../../model/kinds/line.ts';
import { quoted } from '../../model/plain-text.ts';
import { rawField, textField } from '../foreign-fields.ts';
import type { ForeignFlow, NoReading, UseReading } from '../foreign-type.ts';
import { notConverted } from '../foreign-type.ts';
import { accessOf, injectedRequests, unitOf } from './access.ts';

export const MODBUS_PACK = 'node-red-contrib-modbus';

/** What the choices of the pack mean, by what its nodes store. */
export const READS: Readonly<Record<string, number>> = { Coil: 1, Input: 2, HoldingRegister: 3, InputRegister: 4 };
export const WRITES: Readonly<Record<string, number>> = {
  Coil: 5,
  HoldingRegister: 6,
  MCoils: 15,
  MHoldingRegisters: 16,
};

/** The request that a node has written in it, or why there is none. */
export function requestOf(node: FlowNode, flow: ForeignFlow, functions: Readonly<Record<string, number>>) {
  const dataType = textField(node, 'dataType');
  const code = Object.hasOwn(functions, dataType) ? functions[dataType] : undefined;
  if (code === undefined)
    return notConverted(`Its function is ${quoted(dataType)}, which is not known. Choose one again.`);
  const access = accessOf(unitOf(node, flow), code, textField(node, 'adr'), textField(node, 'quantity'));
  return typeof access === 'string'
    ? notConverted(`The flow does not say what it asks: ${access}. Write it as a number.`)
    : access;
}

/** What is lost of a node whose answers are heard. */
export function lostOf(node: FlowNode, flow: ForeignFlow): readonly string[] {
  return [
    ...(wiredTo(node, 1).every(id => flow.node(id)?.type === 'modbus-response')
      ? []
      : [
          'Its second output, the answer as a whole, has no counterpart: wire what hangs there to the bus as a listener.',
        ]),
    ...(rawField(node.raw, 'useIOFile') === true
      ? ['Names of registers of its IO file are not carried over: name the values in a change node.']
      : []),
  ];
}

/** A node that is told by a message what to ask. */
export function flexible(node: FlowNode, flow: ForeignFlow, messages: LineMessages, question: string): UseReading {
  const { access, open } = injectedRequests(node, flow);
  const unknown =
    'What it asks is made by other nodes while the flow runs, so no rule could be made of it: add those it needs.';
  return {
    ...{ is: 'use', access, messages, asks: [{ question, output: 0 }] },
    notes: [...(open ? [unknown] : []), ...lostOf(node, flow)],
  };
}

export function isRequest<T extends object>(request: T | NoReading): request is T {
  return !('is' in request);
}
