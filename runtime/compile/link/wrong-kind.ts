// Words for a wire that joins what does not fit.
import type { OutputPort, PortKind } from '../../model/wire.ts';
import type { ReadNode } from '../configure/drawing.ts';
import type { NewFinding } from '../findings.ts';

const CARRIES: Readonly<Record<PortKind, string>> = {
  interface: 'a connector of the box',
  nic: 'a network card',
  segment: 'a switch',
  routed: 'the far side of an edge router',
  message: 'messages',
};

const GOES_TO: Readonly<Record<PortKind, string>> = {
  interface: 'Remove the wire: an uplink names the interface it uses.',
  nic: 'Wire it to a virtual switch, through a firewall if you like.',
  segment: 'Wire it through a firewall to an edge router or an uplink.',
  routed: 'Wire it to an uplink, through a firewall if you like.',
  message: 'Wire it to a node that takes messages.',
};

export function wrongKind(
  from: ReadNode,
  port: OutputPort,
  to: ReadNode,
  nearest: ReadNode | undefined,
): Pick<NewFinding, 'code' | 'summary' | 'remedy'> {
  const carried = `A wire from ${from.label} (${port.name}) carries ${CARRIES[port.kind]}`;
  const taken = to.nodeType.accepts.map(kind => CARRIES[kind]);
  const takes = taken.length === 0 ? 'takes no wires' : `takes ${taken.join(' or ')}`;
  return {
    code: 'GW_WIRE_KIND',
    summary: `${carried}, but ${to.label} ${takes}.`,
    remedy:
      nearest === undefined
        ? GOES_TO[port.kind]
        : `${GOES_TO[port.kind].replace(/\.$/, '')}: the nearest is ${nearest.label}.`,
  };
}
