// Listening to a line, a firewall or the card of a VM, or looking at all lines, behind an agent's socket.
import type { Address } from '../model/address.ts';
import type { ConversationOrder, HeardConversations } from '../model/conversation.ts';
import { GatewrightError } from '../model/errors.ts';
import type { HeardTraffic, TrafficTick } from '../model/line-figures.ts';
import type { HeardFrames, LineFrame, LineTap } from '../model/line-frame.ts';
import type { HeardPortFrames, PortOrder } from '../model/port-frame.ts';
import { askLines } from './transport.ts';
import type { StreamLine } from './wire-shapes.ts';

/** See `Agent.tap`. @throws GatewrightError with the agent's own code, GW_AGENT_AWAY */
export function openRemoteTap(socketPath: string, line: Address<'line'>, heard: HeardFrames): Promise<LineTap> {
  return openStream(socketPath, `/v1/tap?line=${encodeURIComponent(line)}`, said => {
    if (said.type === 'frames') heard(said.frames as readonly LineFrame[], said.lost);
  });
}

/** See `Agent.traffic`. @throws GatewrightError with the agent's own code, GW_AGENT_AWAY */
export function openRemoteTraffic(socketPath: string, heard: HeardTraffic): Promise<LineTap> {
  return openStream(socketPath, '/v1/traffic', said => {
    if (said.type === 'traffic') heard(said.tick as TrafficTick);
  });
}

/** See `Agent.conversations`. @throws GatewrightError with the agent's own code, GW_AGENT_AWAY */
export function openRemoteConversations(
  socketPath: string,
  policy: Address<'policy'>,
  { firewall, refused }: ConversationOrder,
  heard: HeardConversations,
): Promise<LineTap> {
  const query = new URLSearchParams({ policy, firewall, refused: String(refused) });
  return openStream(socketPath, `/v1/conversations?${query}`, said => {
    if (said.type === 'conversations') heard(said.heard, said.lost);
  });
}

/** See `Agent.tapPort`. @throws GatewrightError with the agent's own code, GW_AGENT_AWAY */
export function openRemotePort(
  socketPath: string,
  port: Address<'port'>,
  { snaplen }: PortOrder,
  heard: HeardPortFrames,
): Promise<LineTap> {
  const query = new URLSearchParams({ port, snaplen: String(snaplen) });
  return openStream(socketPath, `/v1/port?${query}`, said => {
    if (said.type !== 'port-frames') return;
    heard(
      said.frames.map(({ bytes, ...rest }) => ({ ...rest, bytes: Buffer.from(bytes, 'base64') })),
      said.lost,
    );
  });
}

/** Resolves when the agent listens: its first line says so. */
async function openStream(socketPath: string, path: string, heard: (line: StreamLine) => void): Promise<LineTap> {
  const closing = new AbortController();
  const lines = askLines(socketPath, { method: 'GET', path, signal: closing.signal });
  const first = await lines.next();
  if (first.done) throw new GatewrightError('GW_AGENT_AWAY', `the agent on ${socketPath} went away; start it again`);
  return { ended: follow(lines, heard), close: () => closing.abort() };
}

/** Never rejects: an agent that is gone is the end of the tap. */
async function follow(lines: AsyncIterable<StreamLine>, heard: (line: StreamLine) => void): Promise<void> {
  try {
    for await (const line of lines) heard(line);
  } catch {
    // Closed here, or away: over in either case.
  }
}
