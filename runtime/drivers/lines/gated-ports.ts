// Ports of a line as they are while gates are closed: a guard more in front of the drawn ones, in the words of the protocol; where it
// has no rules, no port at all.
import type { Address } from '../../model/address.ts';
import type { LinePort } from '../../model/kinds/line.ts';
import type { ProtocolWords } from '../../protocols/words.ts';

/** Until when gates are open, by a clock that only goes forward, in ms. */
export type OpenUntil = ReadonlyMap<Address<'gate'>, number>;

/** @param words  of the line's protocol @param now  by the same clock */
export function gatedPorts(
  ports: readonly LinePort[],
  words: ProtocolWords | undefined,
  open: OpenUntil,
  now: number,
): readonly LinePort[] {
  return ports.flatMap(port => {
    const closed = (port.gates ?? []).filter(({ by }) => (open.get(by) ?? 0) <= now);
    if (closed.length === 0) return [port];
    if (words?.gated === undefined) return [];
    const { block, readOnly } = words.gated;
    // The strictest of what the closed gates leave.
    const blocking = closed.find(({ otherwise }) => otherwise === 'block') ?? closed[0];
    const rules = blocking?.otherwise === 'block' ? block : readOnly;
    const firewall = (blocking?.by ?? '').replace(/^.*\//, '');
    return [{ ...port, guards: [{ firewall, rules: [...rules] }, ...port.guards] }];
  });
}

/** When the next of the gates that these ports wait for closes; undefined when none is open. */
export function nextClosing(ports: readonly LinePort[], open: OpenUntil, now: number): number | undefined {
  const ends = ports.flatMap(({ gates = [] }) => gates.map(({ by }) => open.get(by) ?? 0)).filter(end => end > now);
  return ends.length === 0 ? undefined : Math.min(...ends);
}
