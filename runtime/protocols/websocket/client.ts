// The client's end of a link: connects, and again when the connection is lost, slower and slower.
import { type ClientOptions, WebSocket } from 'ws';
import { type Held, KeptOpen, type KeptState, type OpenHeld } from '../../host/kept-open.ts';
import { GatewrightError, messageOf } from '../../model/errors.ts';
import { fetchSecret, type Secrets } from '../../model/secrets.ts';
import { newWebSocketCounters, type WebSocketCounters } from './counters.ts';
import type { WebSocketEvents, WebSocketLink } from './link.ts';
import { WebSocketPeer } from './peer.ts';
import type { WebSocketOptions } from './protocol.ts';

/** Reasons of TLS, by the codes of Node and OpenSSL. */
const DISTRUST = /^(CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_|HOSTNAME_|INVALID_CA|ERR_TLS_|ERR_SSL_|EPROTO)/;

interface Connection extends Held {
  readonly peer: WebSocketPeer;
}

export class WebSocketClient implements WebSocketLink {
  readonly counters: Readonly<WebSocketCounters>;
  readonly #counters = newWebSocketCounters();
  readonly #options: WebSocketOptions;
  readonly #events: WebSocketEvents;
  readonly #secrets: Secrets;
  readonly #connection: KeptOpen<Connection>;
  #paused = false;
  #closing = false;

  constructor(options: WebSocketOptions, events: WebSocketEvents, secrets: Secrets) {
    this.counters = this.#counters;
    this.#options = options;
    this.#events = events;
    this.#secrets = secrets;
    this.#connection = new KeptOpen<Connection>((lost, signal) => this.#connect(lost, signal), options, {
      opened: connection => this.#opened(connection),
      lost: why => this.#down('lost', why),
      failed: why => this.#down('unopened', why),
    });
  }

  get state(): KeptState {
    return this.#connection.state;
  }

  start(): void {
    this.#connection.start();
  }

  send(frame: Uint8Array): boolean {
    const held = this.#connection.held;
    if (held !== undefined) return held.peer.send(frame);
    this.#counters.offered += 1;
    this.#counters.droppedDown += 1;
    return false;
  }

  pause(): void {
    this.#paused = true;
    this.#connection.held?.peer.pause();
  }

  resume(): void {
    this.#paused = false;
    this.#connection.held?.peer.resume();
  }

  async close(): Promise<void> {
    this.#closing = true;
    await this.#connection.close();
  }

  #opened({ peer }: Connection): void {
    this.#counters.opened += 1;
    if (this.#paused) peer.pause();
    this.#events.opened?.();
  }

  #down(what: 'lost' | 'unopened', why: unknown): void {
    if (this.#closing) return;
    this.#counters[what] += 1;
    this.#events.down?.(why);
  }

  async #connect(...[lost, signal]: Parameters<OpenHeld<Connection>>): Promise<Connection> {
    const token = await fetchSecret(this.#secrets, this.#options.token);
    const socket = new WebSocket(this.#options.url, settingsOf(this.#options, token));
    // WHY before it is open: frames may come with the answer that opens it.
    const peer = new WebSocketPeer(socket, this.#options, this.#counters, {
      received: frame => this.#events.received(frame),
      gone: lost,
    });
    await opening(socket, signal);
    return { peer, close: () => peer.close() };
  }
}

function settingsOf(options: WebSocketOptions, token: string | undefined): ClientOptions {
  return {
    ...{ perMessageDeflate: false, maxPayload: options.frameBytes, handshakeTimeout: options.connectMs },
    ...{ rejectUnauthorized: true, minVersion: 'TLSv1.2', followRedirects: false },
    ...(options.authority === '' ? {} : { ca: options.authority }),
    ...(token === undefined ? {} : { headers: { authorization: `Bearer ${token}` } }),
  };
}

/** @throws GatewrightError GW_WEBSOCKET_DOWN, GW_WEBSOCKET_REFUSED, GW_LINK_TLS */
function opening(socket: WebSocket, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const abort = () => socket.terminate();
    const end = (settle: () => void) => {
      signal.removeEventListener('abort', abort);
      settle();
    };
    socket.once('open', () => end(resolve));
    socket.once('error', cause => end(() => reject(refusal(cause))));
    socket.once('unexpected-response', (request, response) => {
      request.destroy();
      const message = `the server answered ${response.statusCode}; correct the path or the token`;
      end(() => reject(new GatewrightError('GW_WEBSOCKET_REFUSED', message)));
      socket.terminate();
    });
    signal.addEventListener('abort', abort);
    if (signal.aborted) abort();
  });
}

/** WHY without the error itself: it may have the request in it, and that has the token. */
function refusal(cause: Error): GatewrightError {
  const code = (cause as NodeJS.ErrnoException).code ?? '';
  return DISTRUST.test(code)
    ? new GatewrightError('GW_LINK_TLS', `no trust in the server: ${messageOf(cause)}; check its certificate`)
    : new GatewrightError('GW_WEBSOCKET_DOWN', `no connection: ${messageOf(cause)}; start the other end`);
}
