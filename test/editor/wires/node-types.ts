// Our node types as the editor knows them, and small drawings of them.
import type { Offer } from '../../../editor/wires/fitting.ts';
import type { Drawing, WiredNode } from '../../../editor/wiring.ts';
import { NODE_TYPES } from '../../../nodes/catalog.ts';

/** Node types of Node-RED itself, and what they have. */
const ORDINARY: Readonly<Record<string, readonly [inputs: number, outputs: number]>> = {
  inject: [0, 1],
  debug: [1, 0],
  function: [1, 1],
};

export const OFFERS: ReadonlyMap<string, Offer> = new Map([
  ...NODE_TYPES.filter(({ role }) => role !== 'config').map(
    type => [type.type.replace('gatewright-', ''), offerOf(type)] as const,
  ),
  ...Object.entries(ORDINARY).map(
    ([name, [inputs, outputs]]) => [name, { ports: undefined, inputs, outputs }] as const,
  ),
]);

function offerOf(type: (typeof NODE_TYPES)[number]): Offer {
  const freshOutputs = type.outputs(type.defaults).map(port => port.kind);
  const ports = {
    accepts: type.accepts,
    outputs: type.type === 'gatewright-hardware' ? ['interface', 'tpm'] : freshOutputs,
    freshOutputs,
    passes: type.passes === true,
    keeps: type.keeps ?? [],
    takesMessages: type.takesMessages === true,
  };
  const inputs = ports.accepts.length > 0 || ports.takesMessages ? 1 : 0;
  // As in the editor: the outputs of a fresh node that has a list of them are counted later.
  return { ports, inputs, outputs: ports.passes ? 1 : freshOutputs.length };
}

const LISTS: Readonly<Record<string, readonly string[]>> = { hardware: ['interface', 'tpm'] };

export function node(name: string): WiredNode {
  const type = name.split(':')[0] ?? '';
  const ports = OFFERS.get(type)?.ports;
  const kinds = LISTS[type] ?? (ports?.passes === false ? ports.freshOutputs : undefined);
  return { id: name, type, ports, label: name, ...(kinds === undefined ? {} : { kinds }) };
}

/** `bus#1>vm` wires the second output of the bus to the VM; the letters after `:` tell nodes of one type apart. */
export function drawing(...wires: string[]): Drawing {
  const ends = wires.map(wire => {
    const [from = '', to = ''] = wire.split('>');
    const [id = '', port = '0'] = from.split('#');
    return { from: id, port: Number(port), to };
  });
  return {
    outgoing: ({ id }) => ends.filter(({ from }) => from === id).map(({ to, port }) => ({ node: node(to), port })),
    incoming: ({ id }) => ends.filter(({ to }) => to === id).map(({ from, port }) => ({ node: node(from), port })),
  };
}
