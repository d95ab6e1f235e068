// Ports of a line as gates let them be now. Where the protocol has rules, each gate is a guard in front of the drawn ones, named by the
// gate's address, which no firewall can have; it stays when the gate opens, so that its counters do. Without rules the protocol is
// told that the port is held up.
import type { OpenGates } from '../../host/open-gates.ts';
import type { Gated } from '../../model/kinds/gated.ts';
import type { LineGuard, LinePort } from '../../model/kinds/line.ts';
import type { Held, LivePort } from '../../protocols/held-port.ts';
import type { GateRules, ProtocolWords } from '../../protocols/words.ts';

/** @param words  of the line's protocol */
export function gatedPorts(
  ports: readonly LinePort[],
  words: ProtocolWords | undefined,
  open: OpenGates,
): readonly LivePort[] {
  return ports.map(port => {
    if (port.gates === undefined) return port;
    // What blocks comes first: it decides, and is named.
    const gates = port.gates.toSorted(
      (one, other) => Number(other.otherwise === 'block') - Number(one.otherwise === 'block'),
    );
    const closed = open.closed(gates);
    const guards = words?.gated === undefined ? port.guards : [...guardsOf(gates, closed, words.gated), ...port.guards];
    const held = heldBy(closed);
    return { ...port, guards, ...(held === undefined ? {} : { held }) };
  });
}

function guardsOf(gates: readonly Gated[], closed: readonly Gated[], rules: GateRules): LineGuard[] {
  return gates.map(gate => {
    const otherwise = gate.otherwise === 'block' ? rules.block : rules.readOnly;
    return { firewall: gate.by, rules: [...(closed.includes(gate) ? otherwise : rules.open)] };
  });
}

function heldBy(closed: readonly Gated[]): Held | undefined {
  const [first, ...others] = closed.map(({ by }) => by);
  if (first === undefined) return undefined;
  return { by: [first, ...others], hears: closed.every(({ otherwise }) => otherwise === 'read-only') };
}
