// A VM's port on a line that carries bytes: one stream for as long as the VM is drawn there. The VM may be there later, go, and
// come back; what is said to one that is not there is lost, as on an unplugged line.
import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { type Held, KeptOpen } from '../host/kept-open.ts';
import { connectSocket } from '../host/local-ipc.ts';

/** A VM that has just started is there within a second. */
const PAUSES = { againMs: 50, againMostMs: 1_000 };
/** What may wait for a VM that does not read; more is lost. */
const MOST_WAITING_BYTES = 64 * 1024;

interface Plug extends Held {
  readonly socket: Socket;
}

export class BytePort extends Duplex {
  /** Bytes that the VM said. */
  heardBytes = 0;
  /** What the VM was told, and what it could not be told, in pieces as they were written. */
  told = 0;
  toldBytes = 0;
  dropped = 0;
  readonly #plug: KeptOpen<Plug>;

  /** Starts to connect. @param path  of a unix stream socket */
  constructor(path: string) {
    super();
    const nothing = () => {};
    this.#plug = new KeptOpen<Plug>(lost => this.#connect(path, lost), PAUSES, {
      ...{ opened: nothing, lost: nothing, failed: nothing },
    });
    this.#plug.start();
  }

  /** Whether something of the VM listens. */
  get plugged(): boolean {
    return this.#plug.held !== undefined;
  }

  override _read(): void {
    this.#plug.held?.socket.resume();
  }

  /** Never waits: a VM that does not read must not hold up whoever speaks to it. */
  override _write(chunk: Uint8Array, _encoding: BufferEncoding, done: () => void): void {
    const socket = this.#plug.held?.socket;
    if (socket === undefined || socket.writableLength + chunk.length > MOST_WAITING_BYTES) this.dropped += 1;
    else {
      socket.write(chunk);
      this.told += 1;
      this.toldBytes += chunk.length;
    }
    done();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    void this.#plug.close().then(() => done(error));
  }

  async #connect(path: string, lost: (why: unknown) => void): Promise<Plug> {
    const socket = await connectSocket(path);
    const closed = new Promise<void>(resolve => socket.once('close', () => resolve()));
    // What went wrong does not matter: an error is always followed by `close`.
    socket.on('error', () => {});
    void closed.then(() => lost(new Error('the VM closed it')));
    socket.on('data', chunk => {
      this.heardBytes += chunk.length;
      if (!this.push(chunk)) socket.pause();
    });
    return {
      socket,
      close: () => {
        socket.destroy();
        return closed;
      },
    };
  }
}
