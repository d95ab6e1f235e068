// A console behind an agent's socket: one stream of what it says, and one request for each piece that is typed, in order.
import type { Address } from '../model/address.ts';
import type { ConsoleSession } from '../model/console.ts';
import { GatewrightError } from '../model/errors.ts';
import { refuseLong } from './consoles.ts';
import { ask, askLines } from './transport.ts';
import { DoneAnswer, type StreamLine } from './wire-shapes.ts';

/** Bytes that may wait to be typed. Somebody who types faster than the agent takes it is cut off. */
const MOST_WAITING_BYTES = 64 * 1024;

/**
 * Opens a console behind a socket; see `Agent.console`.
 * @throws GatewrightError with the agent's own code, GW_AGENT_AWAY
 */
export async function openRemoteConsole(
  socketPath: string,
  vm: Address<'vm'>,
  said: (bytes: Uint8Array) => void,
): Promise<ConsoleSession> {
  const closing = new AbortController();
  const path = `/v1/console?vm=${encodeURIComponent(vm)}`;
  const lines = askLines(socketPath, { method: 'GET', path, signal: closing.signal });
  const first = await lines.next();
  if (first.done) throw new GatewrightError('GW_AGENT_AWAY', `the agent on ${socketPath} went away; start it again`);
  tell(first.value, said);
  const close = () => closing.abort();
  const type = typist(socketPath, vm, close);
  return { ended: follow(lines, said), write: type, close };
}

/** Never rejects: an agent that is gone is the end of the session. */
async function follow(lines: AsyncIterable<StreamLine>, said: (bytes: Uint8Array) => void): Promise<void> {
  try {
    for await (const line of lines) tell(line, said);
  } catch {
    // Closed here, or away: over in either case.
  }
}

function tell(line: StreamLine, said: (bytes: Uint8Array) => void): void {
  if (line.type === 'said') said(Buffer.from(line.bytes, 'base64'));
}

/** Types in order. What cannot be typed ends the session, rather than leaving a hole in what arrives. */
function typist(socketPath: string, vm: Address<'vm'>, cut: () => void): (bytes: Uint8Array) => void {
  let waiting = 0;
  let turn: Promise<unknown> = Promise.resolve();
  return bytes => {
    refuseLong(bytes);
    waiting += bytes.length;
    if (waiting > MOST_WAITING_BYTES) return cut();
    const body = { vm, bytes: Buffer.from(bytes).toString('base64') };
    turn = turn
      .then(() => ask(socketPath, { method: 'POST', path: '/v1/type', body }, DoneAnswer))
      .then(() => {
        waiting -= bytes.length;
      })
      .catch(cut);
  };
}
