// What can be asked over the socket, one function per route. Knows the agent and the shapes; not how a server listens.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ApplyResult } from '../model/agent.ts';
import { isGatewrightError, messageOf } from '../model/errors.ts';
import type { LocalAgent } from './agent.ts';
import { AttestationRequest, attend } from './attestation-wire.ts';
import { LineStream } from './line-stream.ts';
import { portions } from './portions.ts';
import { parseRequest, Refusal, readJson } from './request-body.ts';
import type { Listener } from './watchers.ts';
import {
  ApplyRequestShape,
  AskRequest,
  CancelRequest,
  ConsoleQuery,
  ConversationsQuery,
  PlanRequest,
  PortQuery,
  PowerRequest,
  RollbackRequest,
  SinceQuery,
  TapQuery,
  TypeRequest,
} from './wire-shapes.ts';

export interface RouteWorld {
  readonly agent: LocalAgent;
  /** Works under way that a cancel can name. */
  readonly works: Map<string, AbortController>;
  /** Streams of events that are open. */
  readonly streams: Set<LineStream>;
  readonly limits: { readonly bodyBytes: number; readonly streams: number };
}

export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly query: Readonly<Record<string, string>>;
}

type Route = (world: RouteWorld, exchange: Exchange) => Promise<void>;

export const ROUTES: Readonly<Record<string, Route>> = {
  'GET /v1/info': async ({ agent }, { response }) => answer(response, 200, await agent.info()),
  'GET /v1/observed': async ({ agent }, { response }) => answer(response, 200, await agent.observe()),
  'GET /v1/profile': async ({ agent }, { response }) => answer(response, 200, { profile: await agent.probe() }),
  'GET /v1/drift': async ({ agent }, { response }) => answer(response, 200, { plan: (await agent.drift()) ?? null }),
  'GET /v1/way-back': async ({ agent }, { response }) => answer(response, 200, await agent.wayBack()),
  'GET /v1/events': events,
  'POST /v1/plan': plan,
  'POST /v1/apply': apply,
  'POST /v1/rollback': rollback,
  'POST /v1/cancel': cancel,
  'GET /v1/console': openConsole,
  'GET /v1/tap': openTap,
  'GET /v1/traffic': openTraffic,
  'GET /v1/conversations': openConversations,
  'GET /v1/port': openPort,
  'POST /v1/type': type,
  'POST /v1/power': power,
  'POST /v1/ask': askDevice,
  'POST /v1/attestation': attest,
};

/** Answers with one JSON document. */
export function answer(response: ServerResponse, status: number, body: unknown): void {
  if (response.destroyed || response.writableEnded) return;
  const text = JSON.stringify(body);
  const headers = {
    'content-type': 'application/json',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  };
  response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(text) });
  response.end(text);
}

/** The same words for an error on every route; of what is no error of ours only that it is a bug. */
export function errorBody(error: unknown): {
  readonly code: string;
  readonly message: string;
  readonly address?: string;
} {
  if (error instanceof Refusal) return { code: error.code, message: error.message };
  if (!isGatewrightError(error)) return { code: 'GW_BUG', message: messageOf(error) };
  const { code, message, address } = error;
  return { code, message, ...(address === undefined ? {} : { address }) };
}

async function plan({ agent, limits }: RouteWorld, { request, response }: Exchange): Promise<void> {
  const { design } = parseRequest(PlanRequest, await readJson(request, limits.bodyBytes));
  // The agent checks the design itself, whoever sends it.
  answer(response, 200, await agent.plan(design as never));
}

async function apply(world: RouteWorld, exchange: Exchange): Promise<void> {
  const body = parseRequest(ApplyRequestShape, await readJson(exchange.request, world.limits.bodyBytes));
  const { work, ...request } = body;
  await streamWork(world, exchange, work, (tell, signal) => world.agent.apply(request as never, tell, signal));
}

async function rollback(world: RouteWorld, exchange: Exchange): Promise<void> {
  const { work } = parseRequest(RollbackRequest, await readJson(exchange.request, world.limits.bodyBytes));
  await streamWork(world, exchange, work, (tell, signal) => world.agent.rollback(tell, signal));
}

async function cancel({ agent, works, limits }: RouteWorld, { request, response }: Exchange): Promise<void> {
  const { work } = parseRequest(CancelRequest, await readJson(request, limits.bodyBytes));
  if (work === undefined) return answer(response, 200, { cancelled: agent.cancel() });
  works.get(work)?.abort();
  answer(response, 200, { cancelled: works.has(work) });
}

/** Runs a work and streams its events. The work goes on when its client leaves: only a cancel cancels. */
async function streamWork(
  { works }: RouteWorld,
  { response }: Exchange,
  id: string | undefined,
  run: (tell: Listener, signal: AbortSignal) => Promise<ApplyResult>,
): Promise<void> {
  const stop = new AbortController();
  if (id !== undefined && works.has(id)) throw new Refusal(409, `a work ${id} is under way; name yours otherwise`);
  if (id !== undefined) works.set(id, stop);
  const stream = new LineStream(response);
  try {
    const result = await run(event => stream.send({ type: 'event', event }), stop.signal);
    stream.send({ type: 'result', result });
  } catch (error) {
    if (!stream.started) throw error;
    stream.send({ type: 'error', error: errorBody(error) });
  } finally {
    if (id !== undefined) works.delete(id);
    if (stream.started) stream.end();
  }
}

/** A console is a stream of its own: what it says; typing is a request each, so that both are bounded apart. */
async function openConsole(world: RouteWorld, { response, query }: Exchange): Promise<void> {
  const { vm } = parseRequest(ConsoleQuery, query);
  await follow(world, response, stream =>
    world.agent.console(vm, bytes => stream.send({ type: 'said', bytes: Buffer.from(bytes).toString('base64') })),
  );
}

/** A tap is a stream of what is heard; a reader that is too slow loses it. */
async function openTap(world: RouteWorld, { response, query }: Exchange): Promise<void> {
  const { line } = parseRequest(TapQuery, query);
  await follow(world, response, async stream => {
    const tap = await world.agent.tap(line, (frames, lost) => stream.send({ type: 'frames', frames, lost }));
    stream.send({ type: 'beat' }); // so that the reader knows that it listens
    return tap;
  });
}

async function openTraffic(world: RouteWorld, { response }: Exchange): Promise<void> {
  await follow(world, response, async stream => {
    const tap = await world.agent.traffic(tick => stream.send({ type: 'traffic', tick }));
    stream.send({ type: 'beat' });
    return tap;
  });
}

async function openConversations(world: RouteWorld, { response, query }: Exchange): Promise<void> {
  const { policy, firewall, refused } = parseRequest(ConversationsQuery, query);
  const order = { firewall, refused: refused === 'true' };
  await follow(world, response, async stream => {
    const tap = await world.agent.conversations(policy, order, (heard, lost) => {
      for (const portion of portions(heard, lost)) stream.send({ type: 'conversations', ...portion });
    });
    stream.send({ type: 'beat' });
    return tap;
  });
}

/** A stream of frames, of which those are left out and counted that its reader does not take fast enough. */
async function openPort(world: RouteWorld, { response, query }: Exchange): Promise<void> {
  const { port, snaplen } = parseRequest(PortQuery, query);
  let untold = 0;
  await follow(world, response, async stream => {
    const tap = await world.agent.tapPort(port, { snaplen: Number(snaplen) }, (frames, lost) => {
      untold += lost + (stream.late ? frames.length : 0);
      if (stream.late) return;
      const told = frames.map(({ bytes, ...rest }) => ({ ...rest, bytes: Buffer.from(bytes).toString('base64') }));
      stream.send({ type: 'port-frames', frames: told, lost: untold });
      untold = 0;
    });
    stream.send({ type: 'beat' });
    return tap;
  });
}

/** A stream that lasts as long as what it tells of, or as its reader. */
async function follow(
  world: RouteWorld,
  response: ServerResponse,
  open: (stream: LineStream) => Promise<{ readonly ended: Promise<void>; close(): void }>,
): Promise<void> {
  refuseFull(world);
  const stream = new LineStream(response);
  world.streams.add(stream);
  const closed = new Promise<void>(resolve => response.once('close', resolve));
  void closed.then(() => world.streams.delete(stream));
  try {
    const session = await open(stream);
    void closed.then(() => session.close());
    void session.ended.then(() => stream.end());
  } catch (error) {
    world.streams.delete(stream);
    throw error;
  }
}

async function type({ agent, limits }: RouteWorld, { request, response }: Exchange): Promise<void> {
  const { vm, bytes } = parseRequest(TypeRequest, await readJson(request, limits.bodyBytes));
  const session = await agent.console(vm, () => {});
  session.write(Buffer.from(bytes, 'base64'));
  session.close();
  answer(response, 200, {});
}

async function power({ agent, limits }: RouteWorld, { request, response }: Exchange): Promise<void> {
  const { vm, action } = parseRequest(PowerRequest, await readJson(request, limits.bodyBytes));
  await agent.power(vm, action);
  answer(response, 200, {});
}

async function askDevice({ agent, limits }: RouteWorld, { request, response }: Exchange): Promise<void> {
  const asked = parseRequest(AskRequest, await readJson(request, limits.bodyBytes));
  const said = await agent.ask(asked.line, Buffer.from(asked.request, 'base64'));
  answer(response, 200, { answer: Buffer.from(said).toString('base64') });
}

async function attest({ agent, limits }: RouteWorld, { request, response }: Exchange): Promise<void> {
  const order = parseRequest(AttestationRequest, await readJson(request, limits.bodyBytes));
  answer(response, 200, await attend(agent.attestation, order));
}

function refuseFull({ streams, limits }: RouteWorld): void {
  if (streams.size >= limits.streams)
    throw new Refusal(503, `${limits.streams} watchers are connected; try again later`);
}

async function events(world: RouteWorld, { response, query }: Exchange): Promise<void> {
  const { since } = parseRequest(SinceQuery, query);
  refuseFull(world);
  const { agent, streams } = world;
  const stream = new LineStream(response);
  const send: Listener = event => stream.send({ type: 'event', event });
  streams.add(stream);
  stream.start();
  if (since !== undefined) for (const event of agent.eventsSince(Number(since))) send(event);
  const stop = agent.watch(send);
  response.once('close', () => {
    stop();
    streams.delete(stream);
  });
}
