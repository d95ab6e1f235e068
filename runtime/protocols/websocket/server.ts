// The server's end of a link: listens, lets in who may, and sends each frame to all of them.
import { createServer, type IncomingMessage, type RequestListener, type Server, STATUS_CODES } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import { type Held, KeptOpen, type KeptState } from '../../host/kept-open.ts';
import { GatewrightError, messageOf } from '../../model/errors.ts';
import { fetchSecret, type Secrets } from '../../model/secrets.ts';
import { newWebSocketCounters, type WebSocketCounters } from './counters.ts';
import { refusalFor } from './doorkeeper.ts';
import type { WebSocketEvents, WebSocketLink } from './link.ts';
import { WebSocketPeer } from './peer.ts';
import type { WebSocketOptions } from './protocol.ts';

/** Connections beside those let in, which have not said yet what they want. */
const AT_THE_DOOR = 32;

interface Listening extends Held {
  readonly port: number;
}

export class WebSocketListener implements WebSocketLink {
  readonly counters: Readonly<WebSocketCounters>;
  readonly #counters = newWebSocketCounters();
  readonly #options: WebSocketOptions;
  readonly #events: WebSocketEvents;
  readonly #secrets: Secrets;
  readonly #listening: KeptOpen<Listening>;
  readonly #upgrader: WebSocketServer;
  readonly #peers = new Set<WebSocketPeer>();
  /** Those about whom nothing is decided yet. */
  readonly #atTheDoor = new Set<Duplex>();
  #paused = false;
  #closing = false;

  constructor(options: WebSocketOptions, events: WebSocketEvents, secrets: Secrets) {
    this.counters = this.#counters;
    this.#options = options;
    this.#events = events;
    this.#secrets = secrets;
    const bounds = { maxPayload: options.frameBytes, perMessageDeflate: false };
    this.#upgrader = new WebSocketServer({ noServer: true, clientTracking: false, ...bounds });
    this.#listening = new KeptOpen(lost => this.#listen(lost), options, {
      opened: () => {},
      lost: why => this.#events.down?.(why),
      failed: why => this.#failed(why),
    });
  }

  get state(): KeptState {
    return this.#listening.state;
  }

  /** Where it listens, for a port 0 in the settings; `undefined` while it does not. */
  get port(): number | undefined {
    return this.#listening.held?.port;
  }

  /** Clients that are connected. */
  get peers(): number {
    return this.#peers.size;
  }

  start(): void {
    this.#listening.start();
  }

  send(frame: Uint8Array): boolean {
    if (this.#peers.size === 0) {
      this.#counters.offered += 1;
      this.#counters.droppedDown += 1;
      return false;
    }
    let all = true;
    for (const peer of this.#peers) if (!peer.send(frame)) all = false;
    return all;
  }

  pause(): void {
    this.#paused = true;
    for (const peer of this.#peers) peer.pause();
  }

  resume(): void {
    this.#paused = false;
    for (const peer of this.#peers) peer.resume();
  }

  async close(): Promise<void> {
    this.#closing = true;
    for (const socket of this.#atTheDoor) socket.destroy();
    await Promise.all([...this.#peers].map(peer => peer.close()));
    await this.#listening.close();
  }

  #failed(why: unknown): void {
    this.#counters.unopened += 1;
    this.#events.down?.(why);
  }

  async #listen(lost: (why: unknown) => void): Promise<Listening> {
    const server = await this.#create();
    server.maxConnections = this.#options.peersMost + AT_THE_DOOR;
    server.on('upgrade', (request, socket, head) => void this.#knock(request, socket, head));
    const { address, port } = this.#options;
    await new Promise<void>((resolve, reject) => {
      const why = (cause: Error) =>
        new GatewrightError(
          'GW_WEBSOCKET_DOWN',
          `cannot listen on ${address}:${port}: ${messageOf(cause)}; free the port, or choose another one`,
          { cause },
        );
      server.once('error', cause => reject(why(cause)));
      server.listen(port, address, resolve);
    });
    server.on('error', lost);
    return { port: (server.address() as AddressInfo).port, close: () => stop(server) };
  }

  /** @throws GatewrightError GW_LINK_SECRET */
  async #create(): Promise<Server> {
    const { certificate, key: name, connectMs } = this.#options;
    const patience = { headersTimeout: connectMs, requestTimeout: connectMs, connectionsCheckingInterval: connectMs };
    // Whoever comes with a browser is told that this is no page.
    const answer: RequestListener = (_request, response) => void response.writeHead(426).end();
    if (certificate === '') return createServer(patience, answer);
    const key = await fetchSecret(this.#secrets, name);
    try {
      return createSecureServer({ ...patience, cert: certificate, key, minVersion: 'TLSv1.2' }, answer);
    } catch {
      throw new GatewrightError('GW_LINK_SECRET', 'the certificate and its key do not fit; store them again');
    }
  }

  async #knock(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    socket.on('error', () => {});
    this.#atTheDoor.add(socket);
    const refusal = await refusalFor(request, this.#options, this.#secrets);
    this.#atTheDoor.delete(socket);
    const status = refusal ?? (this.#peers.size >= this.#options.peersMost ? 503 : undefined);
    if (status !== undefined || this.#closing) turnAway(socket, status ?? 503);
    else this.#upgrader.handleUpgrade(request, socket, head, opened => this.#letIn(opened));
    if (status !== undefined) this.#counters.turnedAway += 1;
  }

  #letIn(socket: ConstructorParameters<typeof WebSocketPeer>[0]): void {
    const peer: WebSocketPeer = new WebSocketPeer(socket, this.#options, this.#counters, {
      received: frame => this.#events.received(frame),
      gone: why => this.#gone(peer, why),
    });
    this.#peers.add(peer);
    this.#counters.opened += 1;
    if (this.#paused) peer.pause();
    this.#events.opened?.();
  }

  #gone(peer: WebSocketPeer, why: unknown): void {
    this.#peers.delete(peer);
    if (this.#closing) return;
    this.#counters.lost += 1;
    this.#events.down?.(why);
  }
}

/** WHY destroyed: the port would not be free as long as somebody turned away stays. */
function turnAway(socket: Duplex, status: number): void {
  socket.once('finish', () => socket.destroy());
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}

function stop(server: Server): Promise<void> {
  return new Promise(resolve => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
