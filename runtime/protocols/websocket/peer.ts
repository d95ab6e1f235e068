// The other end of one connection: binary frames within bounds, a queue of fixed size, and a watch over whether it lives.
import type { RawData, WebSocket } from 'ws';
import { GatewrightError } from '../../model/errors.ts';
import type { WebSocketCounters } from './counters.ts';
import type { WebSocketOptions } from './protocol.ts';

/** How long the other end may take to say goodbye too. */
const GOODBYE_MS = 1_000;
/** Going away [RFC 6455, 7.4.1]. */
const GOING_AWAY = 1001;

export interface PeerEvents {
  readonly received: (frame: Uint8Array) => void;
  /** Called once. @param why  for people */
  readonly gone: (why: unknown) => void;
}

export class WebSocketPeer {
  readonly #socket: WebSocket;
  readonly #options: WebSocketOptions;
  readonly #counters: WebSocketCounters;
  readonly #pings: NodeJS.Timeout;
  #heard = true;
  #why: unknown;

  /** Takes over a connection, which may be still opening. */
  constructor(socket: WebSocket, options: WebSocketOptions, counters: WebSocketCounters, events: PeerEvents) {
    this.#socket = socket;
    this.#options = options;
    this.#counters = counters;
    this.#pings = setInterval(() => this.#watch(), options.pingMs);
    const alive = () => {
      this.#heard = true;
    };
    socket.on('ping', alive).on('pong', alive);
    socket.on('message', (data, binary) => {
      this.#heard = true;
      if (!binary) counters.unfit += 1;
      else events.received(this.#count(data));
    });
    socket.on('error', error => {
      if ((error as NodeJS.ErrnoException).code === 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH') counters.oversize += 1;
      this.#why ??= error;
    });
    socket.on('close', code => {
      clearInterval(this.#pings);
      events.gone(this.#why ?? ended(code));
    });
  }

  /** @returns false when it was dropped; see the counters */
  send(frame: Uint8Array): boolean {
    const counters = this.#counters;
    counters.offered += 1;
    if (frame.length > this.#options.frameBytes) counters.droppedSize += 1;
    else if (this.#socket.readyState !== this.#socket.OPEN) counters.droppedDown += 1;
    else if (this.#socket.bufferedAmount + frame.length > this.#options.queueBytes) counters.droppedFull += 1;
    else return this.#send(Buffer.from(frame));
    return false;
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    // What was not read meanwhile was not heard either.
    this.#heard = true;
    this.#socket.resume();
  }

  /** Says goodbye and ends the connection, politely for a second at most. */
  close(): Promise<void> {
    const socket = this.#socket;
    if (socket.readyState === socket.CLOSED) return Promise.resolve();
    return new Promise(resolve => {
      const timer = setTimeout(() => socket.terminate(), GOODBYE_MS);
      socket.once('close', () => {
        clearTimeout(timer);
        resolve();
      });
      // While we read nothing its goodbye would not be heard.
      socket.resume();
      socket.close(GOING_AWAY);
    });
  }

  #send(frame: Buffer): true {
    this.#socket.send(frame, { binary: true, compress: false }, error => {
      if (error) {
        this.#counters.droppedLost += 1;
        return;
      }
      this.#counters.txFrames += 1;
      this.#counters.txBytes += frame.length;
    });
    return true;
  }

  #count(data: RawData): Uint8Array {
    // The package gives one buffer for each message as long as nobody asks for pieces.
    const frame = data as Buffer;
    this.#counters.rxFrames += 1;
    this.#counters.rxBytes += frame.length;
    return frame;
  }

  /** WHY nothing while paused: then we do not read its answers, nor its end. */
  #watch(): void {
    if (this.#socket.isPaused || this.#socket.readyState !== this.#socket.OPEN) return;
    // WHY later: when we were held up ourselves, its answer may be there and not read yet.
    if (!this.#heard) setImmediate(() => this.#giveUp());
    else this.#ping();
  }

  #giveUp(): void {
    if (this.#heard || this.#socket.isPaused) return;
    this.#counters.silent += 1;
    this.#why ??= gone(`the other end was silent for ${this.#options.pingMs} ms and more`);
    this.#socket.terminate();
  }

  #ping(): void {
    this.#heard = false;
    this.#socket.ping();
  }
}

function ended(code: number): GatewrightError {
  return gone(`the other end closed it with ${code}`);
}

function gone(why: string): GatewrightError {
  return new GatewrightError('GW_WEBSOCKET_DOWN', `the connection is gone: ${why}; it is made again by itself`);
}
