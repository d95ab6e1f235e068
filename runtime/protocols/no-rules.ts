// Lines whose protocol has no rules: a firewall towards a VM would decide nothing, so it is refused before anything passes.
import { GatewrightError } from '../model/errors.ts';
import type { LinePort } from '../model/kinds/line.ts';

/** @param title  of the protocol @throws GatewrightError GW_LINE_RULE */
export function refuseGuards(title: string, ports: readonly LinePort[]): void {
  const guard = ports.flatMap(({ guards }) => guards)[0];
  if (guard === undefined) return;
  const message = `${title} has no rules, and ${guard.firewall} stands on such a line; take the firewall out of its wires`;
  throw new GatewrightError('GW_LINE_RULE', message);
}
