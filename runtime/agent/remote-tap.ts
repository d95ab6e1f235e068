// Listening to a line behind an agent's socket.
import type { Address } from '../model/address.ts';
import { GatewrightError } from '../model/errors.ts';
import type { HeardFrames, LineFrame, LineTap } from '../model/line-frame.ts';
import { askLines } from './transport.ts';
import type { StreamLine } from './wire-shapes.ts';

/** See `Agent.tap`. @throws GatewrightError with the agent's own code, GW_AGENT_AWAY */
export async function openRemoteTap(socketPath: string, line: Address<'line'>, heard: HeardFrames): Promise<LineTap> {
  const closing = new AbortController();
  const path = `/v1/tap?line=${encodeURIComponent(line)}`;
  const lines = askLines(socketPath, { method: 'GET', path, signal: closing.signal });
  const first = await lines.next();
  if (first.done) throw new GatewrightError('GW_AGENT_AWAY', `the agent on ${socketPath} went away; start it again`);
  return { ended: follow(lines, heard), close: () => closing.abort() };
}

/** Never rejects: an agent that is gone is the end of the tap. */
async function follow(lines: AsyncIterable<StreamLine>, heard: HeardFrames): Promise<void> {
  try {
    for await (const line of lines) if (line.type === 'frames') heard(line.frames as readonly LineFrame[], line.lost);
  } catch {
    // Closed here, or away: over in either case.
  }
}
