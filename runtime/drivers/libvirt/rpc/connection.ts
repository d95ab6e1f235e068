// One connection to libvirtd: many calls in flight, matched to their replies by serial; keepalive answered; everything
// fails with GW_HOST_IO when the connection is lost. Knows frames, not what calls mean.
import type { Duplex } from 'node:stream';
import { GatewrightError } from '../../../model/errors.ts';
import { cancelled } from '../cancel.ts';
import {
  encodeFrame,
  type Frame,
  FrameSplitter,
  KEEPALIVE_PROGRAM,
  MESSAGE_STATUS,
  MESSAGE_TYPE,
  REMOTE_PROGRAM,
} from './frame.ts';
import { readRefusal, refused } from './refusal.ts';
import { XdrReader } from './xdr.ts';

const KEEPALIVE = { ping: 1, pong: 2 } as const;
const DEFAULT_TIMEOUT_MS = 30_000;
const MAX_SERIAL = 0x7fffffff;
/** Calls that were given up and never answered, before the connection is given up too. */
const MAX_ABANDONED = 256;
const EMPTY = Buffer.alloc(0);

export interface CallOptions {
  /** Default 30,000. What libvirtd has begun goes on there; only the wait ends. */
  readonly timeoutMs?: number;
  /** Stops a call before it is sent; once sent, only one that changes nothing. */
  readonly signal?: AbortSignal | undefined;
}

/** One procedure of libvirt with its reply. */
export interface Procedure<T> {
  readonly number: number;
  /** In words, for errors: `define a domain`. */
  readonly what: string;
  /**
   * Whether it changes something. libvirtd would go on with a change nobody waits for, and it would come in the middle of
   * whatever we ask next; so the answer is awaited even after a cancel.
   */
  readonly changes: boolean;
  readonly decode: (reader: XdrReader) => T;
}

export interface RpcListener {
  /** Something libvirt tells unasked. */
  readonly event: (procedure: number, reader: XdrReader) => void;
  /** The connection is gone; called once, also after {@link RpcConnection.close}. */
  readonly lost: (error: GatewrightError) => void;
}

interface PendingCall {
  readonly settle: (frame: Frame) => void;
  readonly fail: (error: GatewrightError) => void;
}

export class RpcConnection {
  readonly #socket: Duplex;
  readonly #listener: RpcListener;
  readonly #splitter = new FrameSplitter();
  readonly #pending = new Map<number, PendingCall>();
  /** Serials nobody waits for any more; their late replies are no error. */
  readonly #abandoned = new Set<number>();
  #serial = 0;
  #lost: GatewrightError | undefined;

  constructor(socket: Duplex, listener: RpcListener) {
    this.#socket = socket;
    this.#listener = listener;
    socket.on('data', (chunk: Buffer) => this.#receive(chunk));
    socket.on('error', cause => this.#lose(gone(cause)));
    socket.on('end', () => this.#lose(gone()));
    socket.on('close', () => this.#lose(gone()));
  }

  get open(): boolean {
    return this.#lost === undefined;
  }

  /**
   * Calls one procedure.
   * @throws GatewrightError GW_HOST_COMMAND_FAILED (caused by a LibvirtRefusal), GW_HOST_IO, GW_HOST_TIMEOUT,
   *   GW_CANCELLED, GW_HOST_UNEXPECTED
   */
  async call<T>(procedure: Procedure<T>, args: Buffer, options: CallOptions = {}): Promise<T> {
    const frame = await this.#exchange(procedure, args, options);
    if (frame.procedure !== procedure.number) throw stray(`an answer of procedure ${frame.procedure} to another`);
    const reader = new XdrReader(frame.payload);
    if (frame.status === MESSAGE_STATUS.error) throw refused(procedure.what, readRefusal(reader));
    const result = procedure.decode(reader);
    reader.end();
    return result;
  }

  close(): void {
    this.#lose(new GatewrightError('GW_HOST_IO', 'the connection to libvirt was closed; nothing to do'));
  }

  async #exchange(procedure: Procedure<unknown>, payload: Buffer, options: CallOptions): Promise<Frame> {
    const { timeoutMs = DEFAULT_TIMEOUT_MS, signal } = options;
    if (this.#lost !== undefined) throw this.#lost;
    if (signal?.aborted) throw cancelled(procedure.what, signal);
    const serial = this.#nextSerial();
    const reply = new Promise<Frame>((settle, fail) => {
      this.#pending.set(serial, { settle, fail });
    });
    const timer = setTimeout(() => this.#abandon(serial, tooSlow(procedure, timeoutMs)), timeoutMs);
    const onAbort = () => this.#abandon(serial, cancelled(procedure.what, signal));
    if (!procedure.changes) signal?.addEventListener('abort', onAbort, { once: true });
    this.#send(REMOTE_PROGRAM, procedure.number, MESSAGE_TYPE.call, serial, payload);
    return reply.finally(() => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
      this.#pending.delete(serial);
    });
  }

  #nextSerial(): number {
    this.#serial = (this.#serial % MAX_SERIAL) + 1;
    return this.#serial;
  }

  /** Ends the wait for a reply; a libvirtd that leaves too many open is as good as lost. */
  #abandon(serial: number, error: GatewrightError): void {
    this.#abandoned.add(serial);
    this.#pending.get(serial)?.fail(error);
    if (this.#abandoned.size > MAX_ABANDONED) this.#lose(error);
  }

  #send(program: number, procedure: number, type: 0 | 2, serial: number, payload: Buffer): void {
    this.#socket.write(encodeFrame({ program, procedure, type, serial, status: MESSAGE_STATUS.ok, payload }));
  }

  #receive(chunk: Buffer): void {
    if (this.#lost !== undefined) return;
    try {
      for (const frame of this.#splitter.push(chunk)) this.#dispatch(frame);
    } catch (error) {
      // Whoever sends what we cannot read is not trusted with anything further.
      this.#lose(
        error instanceof GatewrightError ? error : new GatewrightError('GW_BUG', String(error), { cause: error }),
      );
    }
  }

  #dispatch(frame: Frame): void {
    if (frame.program === KEEPALIVE_PROGRAM) this.#answerKeepalive(frame);
    else if (frame.program !== REMOTE_PROGRAM) throw stray(`a message of program ${frame.program}`);
    else if (frame.type === MESSAGE_TYPE.message) this.#listener.event(frame.procedure, new XdrReader(frame.payload));
    else this.#settle(frame);
  }

  #settle(frame: Frame): void {
    const pending = this.#pending.get(frame.serial);
    if (pending !== undefined) pending.settle(frame);
    else if (!this.#abandoned.delete(frame.serial))
      throw stray(`a reply to call ${frame.serial}, which was never made`);
  }

  #answerKeepalive(frame: Frame): void {
    if (frame.procedure === KEEPALIVE.ping)
      this.#send(KEEPALIVE_PROGRAM, KEEPALIVE.pong, MESSAGE_TYPE.message, 0, EMPTY);
  }

  #lose(error: GatewrightError): void {
    if (this.#lost !== undefined) return;
    this.#lost = error;
    this.#socket.destroy();
    for (const pending of [...this.#pending.values()]) pending.fail(error);
    this.#listener.lost(error);
  }
}

function gone(cause?: unknown): GatewrightError {
  const message = 'the connection to libvirt was lost; check that libvirtd runs, then apply again';
  return new GatewrightError('GW_HOST_IO', message, { cause });
}

function tooSlow(procedure: Procedure<unknown>, timeoutMs: number): GatewrightError {
  const message = `libvirt did not ${procedure.what} within ${timeoutMs} ms; look whether libvirtd hangs, then apply again`;
  return new GatewrightError('GW_HOST_TIMEOUT', message);
}

function stray(what: string): GatewrightError {
  return new GatewrightError('GW_HOST_UNEXPECTED', `libvirt sent ${what}; check that the socket is libvirt's`);
}
