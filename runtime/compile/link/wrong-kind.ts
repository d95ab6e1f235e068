// Words for a wire that joins what does not fit.
import { listed } from '../../model/plain-text.ts';
import type { OutputPort, PortKind } from '../../model/wire.ts';
import type { ReadNode } from '../configure/drawing.ts';
import type { NewFinding } from '../findings.ts';

export const NOUNS: Readonly<Record<PortKind, string>> = {
  interface: 'a connector of the box',
  field: 'a bus',
  nic: 'a network card',
  segment: 'a switch',
  routed: 'an edge router',
  tpm: 'the TPM of a box',
  gate: 'an attestation gate',
  message: 'a message node',
};

export const GOES_TO: Readonly<Record<PortKind, string>> = {
  interface: 'Wire it to a bus; an uplink names the interface it uses',
  field: 'Wire it to a VM, through a firewall if you like',
  nic: 'Wire it to a virtual switch, through a firewall if you like',
  segment: 'Wire it through a firewall to an edge router or an uplink',
  routed: 'Wire it to an uplink, through a firewall if you like',
  tpm: 'Wire it to an attestation gate',
  gate: 'Wire it to a VM, or put it in the middle of a wire',
  message: 'Wire it to a node that takes messages',
};

/** Kinds of which a node has several, so that the one is named. */
const NAMED: ReadonlySet<PortKind> = new Set(['interface', 'tpm', 'nic']);

/** @param nearest  the drawn node the wire was probably meant for */
export function wrongKind(
  from: ReadNode,
  port: OutputPort,
  to: ReadNode,
  nearest: ReadNode | undefined,
): Pick<NewFinding, 'code' | 'summary' | 'remedy'> {
  const start = NAMED.has(port.kind) ? `${port.name} of ${from.label}` : from.label;
  const taken = to.nodeType.accepts.map(kind => NOUNS[kind]);
  const takes = taken.length === 0 ? 'takes no wires' : `takes wires only from ${listed(taken, 'or')}`;
  const remedy = GOES_TO[port.kind];
  return {
    code: 'GW_WIRE_KIND',
    summary: `${start} is ${NOUNS[port.kind]}, but ${to.label} ${takes}.`,
    remedy: nearest === undefined ? `${remedy}.` : `${remedy}; the nearest is ${nearest.label}.`,
  };
}
