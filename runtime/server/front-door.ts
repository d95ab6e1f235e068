// The listening socket and the guard at it. What may pass is handed on to an inner server that never listens itself, so
// neither Node-RED nor socket.io ever sees a refused request or upgrade.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { GatewrightError } from '../model/errors.ts';
import type { Exposure } from './exposure.ts';
import { refusalOf } from './request-policy.ts';

/** More open connections than any plant's editors need; a flood stops here. */
const MOST_CONNECTIONS = 500;
const HEADERS_TIMEOUT_MS = 15_000;
const REQUEST_TIMEOUT_MS = 60_000;
/** Connections that are idle or unfinished are cut this long after closing began. */
const CLOSE_GRACE_MS = 1_000;

export interface TlsIdentity {
  readonly key: string;
  readonly cert: string;
}

export interface FrontDoor {
  /** Takes 'request' and 'upgrade' listeners; give it to Node-RED and socket.io. */
  readonly inner: Server;
  /** Starts listening and returns the port. @throws GatewrightError GW_PORT_IN_USE, GW_CONFIG_INVALID */
  listen(host: string, port: number): Promise<number>;
  close(): Promise<void>;
}

/**
 * @param exposure  names and peers that may pass
 * @param tls       key and certificate in PEM; absent = plain HTTP
 */
export function openFrontDoor(exposure: Exposure, tls: TlsIdentity | undefined): FrontDoor {
  const inner = createServer();
  const limits = { headersTimeout: HEADERS_TIMEOUT_MS, requestTimeout: REQUEST_TIMEOUT_MS };
  const outer = tls === undefined ? createServer(limits) : createTlsServer({ ...limits, ...tls });
  outer.maxConnections = MOST_CONNECTIONS;
  outer.on('request', (request: IncomingMessage, response: ServerResponse) => {
    const refusal = refusalOf(request, exposure, false);
    if (refusal === undefined) inner.emit('request', request, response);
    else refuse(request, response, refusal);
  });
  outer.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on('error', () => socket.destroy()); // the peer went away; there is nobody to tell
    const refusal = refusalOf(request, exposure, true);
    if (refusal === undefined) inner.emit('upgrade', request, socket, head);
    else socket.end(`HTTP/1.1 403 Forbidden\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
  });
  return { inner, listen: (host, port) => listen(outer, host, port), close: () => close(outer) };
}

function refuse(request: IncomingMessage, response: ServerResponse, why: string): void {
  request.resume();
  response.writeHead(403, { 'content-type': 'text/plain; charset=utf-8', connection: 'close' });
  response.end(`${why}\n`);
}

function listen(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const failed = (error: NodeJS.ErrnoException) => reject(listenError(error, host, port));
    server.once('error', failed);
    server.listen({ host, port, exclusive: true }, () => {
      server.off('error', failed);
      resolve((server.address() as AddressInfo).port);
    });
  });
}

function listenError(error: NodeJS.ErrnoException, host: string, port: number): GatewrightError {
  if (error.code === 'EADDRINUSE')
    return new GatewrightError(
      'GW_PORT_IN_USE',
      `${host}:${port} is in use by another program; stop it, or start with --port NUMBER`,
      { cause: error },
    );
  return new GatewrightError(
    'GW_CONFIG_INVALID',
    `cannot listen on ${host}:${port} (${error.code}); correct host and port`,
    { cause: error },
  );
}

function close(server: Server): Promise<void> {
  return new Promise(resolve => {
    const cut = setTimeout(() => server.closeAllConnections(), CLOSE_GRACE_MS);
    server.close(() => {
      clearTimeout(cut);
      resolve();
    });
    server.closeIdleConnections();
  });
}
