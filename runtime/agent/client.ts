// An agent behind its unix socket, as the same interface as the one in process. Knows the routes; not what they do.
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { AGENT_PROTOCOL_VERSION, type Agent, type AgentInfo, type ApplyResult } from '../model/agent.ts';
import { GatewrightError } from '../model/errors.ts';
import type { AgentEvent } from '../model/events.ts';
import type { Observed } from '../model/observed.ts';
import type { Plan } from '../model/plan.ts';
import { remoteAttestation } from './attestation-wire.ts';
import { cancelled } from './bounded.ts';
import { EventFeed } from './event-feed.ts';
import { openRemoteConsole } from './remote-console.ts';
import { openRemoteConversations, openRemotePort, openRemoteTap, openRemoteTraffic } from './remote-tap.ts';
import { ask, askLines, GREETING_MS, notOurs } from './transport.ts';
import type { Listener } from './watchers.ts';
import {
  AskAnswer,
  CancelAnswer,
  DoneAnswer,
  DriftAnswer,
  InfoAnswer,
  ObservedAnswer,
  PlanAnswer,
  ProfileAnswer,
} from './wire-shapes.ts';

/** A cancel is repeated until the agent knows the work it is for. */
const CANCEL_AGAIN_MS = 100;
const AnyVersion = z.looseObject({ protocol: z.number() });

/**
 * Connects to the agent that listens on a socket.
 * @throws GatewrightError GW_AGENT_AWAY when nobody does, GW_AGENT_PROTOCOL when it speaks another version
 */
export async function connectAgent(socketPath: string): Promise<Agent> {
  const greeting = { method: 'GET', path: '/v1/info', silenceMs: GREETING_MS } as const;
  const { protocol } = await ask(socketPath, greeting, AnyVersion);
  if (protocol !== AGENT_PROTOCOL_VERSION)
    throw notOurs(socketPath, `it speaks version ${protocol}, this is version ${AGENT_PROTOCOL_VERSION}`);
  const get = <T>(path: string, shape: z.ZodType<T>) => ask(socketPath, { method: 'GET', path }, shape);
  const feed = new EventFeed(socketPath);
  return {
    info: async () => (await get('/v1/info', InfoAnswer)) as AgentInfo,
    observe: async () => (await get('/v1/observed', ObservedAnswer)) as Observed,
    probe: async () => (await get('/v1/profile', ProfileAnswer)).profile,
    drift: async () => ((await get('/v1/drift', DriftAnswer)).plan ?? undefined) as Plan | undefined,
    wayBack: async () => (await get('/v1/way-back', PlanAnswer)) as Plan,
    plan: async design =>
      (await ask(socketPath, { method: 'POST', path: '/v1/plan', body: { design } }, PlanAnswer)) as Plan,
    apply: (request, onEvent, signal) => runWork(socketPath, '/v1/apply', request, onEvent, signal),
    rollback: (onEvent, signal) => runWork(socketPath, '/v1/rollback', {}, onEvent, signal),
    console: (address, said) => openRemoteConsole(socketPath, address, said),
    power: async (vm, action) => {
      await ask(socketPath, { method: 'POST', path: '/v1/power', body: { vm, action } }, DoneAnswer);
    },
    tap: (line, heard) => openRemoteTap(socketPath, line, heard),
    traffic: heard => openRemoteTraffic(socketPath, heard),
    conversations: (...asked) => openRemoteConversations(socketPath, ...asked),
    tapPort: (...asked) => openRemotePort(socketPath, ...asked),
    ask: async (line, request) => {
      const body = { line, request: Buffer.from(request).toString('base64') };
      const { answer } = await ask(socketPath, { method: 'POST', path: '/v1/ask', body }, AskAnswer);
      return Buffer.from(answer, 'base64');
    },
    attestation: remoteAttestation(socketPath),
    watch: listener => feed.watch(listener),
    close: async () => feed.close(),
  };
}

/** Starts a work and follows it to its end. */
async function runWork(
  socketPath: string,
  path: string,
  request: object,
  onEvent: Listener,
  signal: AbortSignal | undefined,
): Promise<ApplyResult> {
  if (signal?.aborted) throw cancelled();
  const work = randomUUID();
  const ended = new AbortController();
  const cancel = () => void keepCancelling(socketPath, work, ended.signal);
  signal?.addEventListener('abort', cancel, { once: true });
  try {
    return await follow(socketPath, { method: 'POST', path, body: { ...request, work } }, onEvent);
  } finally {
    ended.abort();
    signal?.removeEventListener('abort', cancel);
  }
}

async function follow(socketPath: string, question: Parameters<typeof askLines>[1], onEvent: Listener) {
  for await (const line of askLines(socketPath, question)) {
    if (line.type === 'event') onEvent(line.event as AgentEvent);
    if (line.type === 'result') return line.result;
    if (line.type === 'error')
      throw new GatewrightError(line.error.code, line.error.message, { address: line.error.address });
  }
  throw new GatewrightError(
    'GW_AGENT_AWAY',
    `the agent on ${socketPath} went away in the middle of the work; it resumes when the agent starts again`,
  );
}

/** Never rejects: when the agent is gone there is nothing left to cancel, and whoever follows the work is told. */
async function keepCancelling(socketPath: string, work: string, ended: AbortSignal): Promise<void> {
  while (!ended.aborted) {
    const question = { method: 'POST', path: '/v1/cancel', body: { work } } as const;
    const { cancelled: met } = await ask(socketPath, question, CancelAnswer).catch(() => ({ cancelled: true }));
    if (met) return;
    await new Promise(resolve => setTimeout(resolve, CANCEL_AGAIN_MS));
  }
}
