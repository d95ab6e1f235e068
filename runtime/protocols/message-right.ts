// What messages of the flow may ask of a line, and what they are told when they may not.
import { GatewrightError } from '../model/errors.ts';
import type { LineMessages } from '../model/kinds/line.ts';

/**
 * @param may    what was applied
 * @param needs  what the request needs
 * @throws GatewrightError GW_LINE_MESSAGES
 */
export function refuseMessage(may: LineMessages, needs: Exclude<LineMessages, 'none'>): void {
  if (may === 'write' || may === needs) return;
  const fact = may === 'none' ? 'ask nothing' : 'only read';
  const message = `messages may ${fact} here; let them in the bus node, deploy and apply`;
  throw new GatewrightError('GW_LINE_MESSAGES', message);
}
