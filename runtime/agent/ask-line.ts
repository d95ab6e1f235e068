// Asking a device on a line of one gateway, over whatever driver has it.
import { type Address, parseAddress } from '../model/address.ts';
import { MOST_ASKED_BYTES } from '../model/agent.ts';
import { GatewrightError } from '../model/errors.ts';
import type { Backend } from './backend.ts';

export interface LineQuestion {
  readonly line: Address<'line'>;
  readonly unit: number;
  readonly request: Uint8Array;
}

/** See `Agent.ask`. */
export async function askLine(backend: Backend, gateway: string, { line, unit, request }: LineQuestion) {
  const parts = parseAddress(line);
  if (parts?.kind !== 'line' || parts.gateway !== gateway)
    throw new GatewrightError('GW_ADDRESS_UNKNOWN', `${line} is no bus of ${gateway}; name one of its buses`);
  if (!Number.isInteger(unit) || unit < 0 || unit > 255 || request.length === 0 || request.length > MOST_ASKED_BYTES)
    throw new GatewrightError(
      'GW_AGENT_REQUEST',
      `a unit is 0 to 255 and a request has 1 to ${MOST_ASKED_BYTES} bytes; correct the message`,
    );
  const handle = backend.handle('line');
  if (handle.ask !== undefined) return handle.ask(line, unit, request);
  const { driver } = backend.factsOf('line');
  throw new GatewrightError('GW_KIND_UNSUPPORTED', `driver ${driver} has no devices to ask; choose another back end`);
}
