// Wires that no change of a setting could make right, because the plug does not fit the socket: a CAN bus in an Ethernet switch. Pure.
import { plugOf } from '../canvas/port-looks.ts';
import { type Drawing, ends, kindsAt, starts, type WiredNode, type WireEnd } from '../wiring.ts';

export interface ImpossibleWire {
  readonly start: WireEnd;
  readonly kinds: readonly string[];
  readonly target: WiredNode;
}

/**
 * Looks at one wire, junctions at its ends looked through.
 * @returns what is joined that cannot be; `undefined` when the wire may be drawn, which does not say that it is legal
 */
export function impossibleWire(start: WireEnd, target: WiredNode, drawing: Drawing): ImpossibleWire | undefined {
  const origins = start.node.type === 'junction' ? starts(start.node, drawing) : [start];
  const targets = target.type === 'junction' ? ends(target, drawing).map(end => end.node) : [target];
  for (const origin of origins)
    for (const end of targets) {
      // What goes through a firewall depends on other wires, which can be changed.
      if (origin.node.ports === undefined || origin.node.ports.passes || end.ports === undefined) continue;
      const kinds = kindsAt(origin, drawing);
      if (!kinds.some(kind => plugsInto(kind, end))) return { start: origin, kinds, target: end };
    }
  return undefined;
}

function plugsInto(kind: string, { ports }: WiredNode): boolean {
  const plug = plugOf(kind);
  // Messages have no plug: whether they are taken is a question of rules.
  return plug === undefined || ports?.accepts.some(taken => plugOf(taken) === plug) === true;
}
