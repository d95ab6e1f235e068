// The agent's socket: HTTP/1.1 over a unix socket whose file rights say who may ask. Bounded in connections, bytes and
// time; whatever comes in, the agent lives on.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { ioError } from '../host/local-files.ts';
import { claimSocketPath, shareSocket } from '../host/local-socket.ts';
import { type GatewrightError, isGatewrightError } from '../model/errors.ts';
import type { LocalAgent } from './agent.ts';
import { Refusal } from './request-body.ts';
import { answer, errorBody, ROUTES, type RouteWorld } from './routes.ts';

export interface ServerLimits {
  readonly connections: number;
  /** Watchers at once; fewer than connections, so that asking stays possible. */
  readonly streams: number;
  readonly bodyBytes: number;
  /** For the head of a request. */
  readonly headersMs: number;
  /** For the whole of a request. */
  readonly requestMs: number;
}

const SERVER_LIMITS: ServerLimits = {
  connections: 64,
  streams: 32,
  bodyBytes: 20 * 1024 * 1024,
  headersMs: 10_000,
  requestMs: 60_000,
};

export interface ServeOptions {
  readonly agent: LocalAgent;
  readonly socketPath: string;
  /** Numeric id of the group that may use the socket; default the group of the process. */
  readonly groupId?: number | undefined;
  readonly limits?: Partial<ServerLimits>;
}

export interface Served {
  /** Takes no more requests; those under way may end. */
  stop(): void;
  /** Ends the watchers and every connection, and removes the socket file. */
  close(): Promise<void>;
}

/**
 * Listens for requests to an agent. The socket file has mode 0660, a new folder around it 0750.
 * @throws GatewrightError GW_AGENT_LOCKED when somebody listens there, GW_HOST_IO when nobody can
 */
export async function serveAgent(options: ServeOptions): Promise<Served> {
  const limits = { ...SERVER_LIMITS, ...options.limits };
  const world: RouteWorld = { agent: options.agent, works: new Map(), streams: new Set(), limits };
  const server = openServer(world, limits);
  await claimSocketPath(options.socketPath, options.groupId);
  await listen(server, options.socketPath);
  await shareSocket(options.socketPath, options.groupId);
  return {
    stop: () => void server.close(),
    close: () => closeServer(server, world),
  };
}

function openServer(world: RouteWorld, limits: ServerLimits): Server {
  const server = createServer({
    headersTimeout: limits.headersMs,
    requestTimeout: limits.requestMs,
    connectionsCheckingInterval: Math.min(5_000, limits.headersMs),
    keepAliveTimeout: 5_000,
    maxHeaderSize: 8 * 1024,
  });
  server.maxConnections = limits.connections;
  server.on('request', (request, response) => void handle(world, request, response));
  return server;
}

function listen(server: Server, socketPath: string): Promise<void> {
  return new Promise((resolve, reject) => {
    // WHY: the file appears inside of `listen`, and must never be usable by others, not even for a moment.
    const before = process.umask(0o117);
    try {
      const refuse = (cause: Error) => reject(ioError('listen on', socketPath, cause));
      server.once('error', refuse);
      server.listen(socketPath, () => {
        server.off('error', refuse);
        resolve();
      });
    } finally {
      process.umask(before);
    }
  });
}

async function closeServer(server: Server, world: RouteWorld): Promise<void> {
  const closed = new Promise<void>(resolve => void server.close(() => resolve()));
  for (const stream of world.streams) stream.end();
  server.closeIdleConnections();
  // What was just ended is written out in this turn of the loop; who still does not read is cut.
  const cut = setTimeout(() => server.closeAllConnections(), 500);
  await closed;
  clearTimeout(cut);
}

/** Never rejects. */
async function handle(world: RouteWorld, request: IncomingMessage, response: ServerResponse): Promise<void> {
  response.on('error', () => response.destroy()); // the client is gone; its work goes on
  try {
    // WHY: no URL parser here: it would make one path of several, and a path that is not ours shall be none.
    const [path = '', ...rest] = (request.url ?? '').split('?');
    const query = Object.fromEntries(new URLSearchParams(rest.join('?')));
    await routeOf(`${request.method} ${path}`, path)(world, { request, response, query });
  } catch (error) {
    refuse(request, response, error);
  }
}

function routeOf(key: string, path: string) {
  const route = Object.hasOwn(ROUTES, key) ? ROUTES[key] : undefined;
  if (route !== undefined) return route;
  const known = Object.keys(ROUTES).some(name => name.endsWith(` ${path}`));
  throw known
    ? new Refusal(405, 'this route does not have that method; see docs/agent.md')
    : new Refusal(404, 'there is no such route; see docs/agent.md');
}

function refuse(request: IncomingMessage, response: ServerResponse, error: unknown): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  // The rest of an unread body is thrown away, so that the client gets to read the answer; requestMs bounds it.
  request.resume();
  if (!request.complete) response.setHeader('connection', 'close');
  answer(response, statusOf(error), errorBody(error));
}

function statusOf(error: unknown): number {
  if (error instanceof Refusal) return error.status;
  return isGatewrightError(error) ? statusOfCode(error) : 500;
}

function statusOfCode({ code, fault }: GatewrightError): number {
  switch (code) {
    case 'GW_AGENT_REQUEST':
      return 400;
    case 'GW_AGENT_BUSY':
    case 'GW_PLAN_STALE':
    case 'GW_NO_EARLIER_GENERATION':
      return 409;
    case 'GW_AGENT_STOPPING':
      return 503;
    default:
      return fault === 'user' ? 422 : 500;
  }
}
