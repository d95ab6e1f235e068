// The way to the serial port of a VM: a unix stream socket, kept open while the VM comes and goes. Knows not what is said.
import type { Socket } from 'node:net';
import { type Held, KeptOpen } from '../host/kept-open.ts';
import { connectSocket } from '../host/local-ipc.ts';

/** A VM that has just started is there within a second. */
const PAUSES = { againMs: 50, againMostMs: 1_000 };

interface Plug extends Held {
  readonly socket: Socket;
}

export class VmSocket {
  readonly #plug: KeptOpen<Plug>;
  readonly #tried = Promise.withResolvers<void>();

  /**
   * Starts to connect.
   * @param path       of the socket
   * @param connected  called with each connection, before anything has come over it, and with its end
   * @param opened     called when `socket` is there
   */
  constructor(path: string, connected: (socket: Socket, closed: Promise<void>) => void, opened = () => {}) {
    const tried = () => this.#tried.resolve();
    this.#plug = new KeptOpen<Plug>(
      async lost => {
        const socket = await connectSocket(path);
        const closed = new Promise<void>(resolve => socket.once('close', () => resolve()));
        // What went wrong does not matter: an error is always followed by `close`.
        socket.on('error', () => {});
        void closed.then(() => lost(new Error('the VM closed it')));
        connected(socket, closed);
        return {
          socket,
          close: () => {
            socket.destroy();
            return closed;
          },
        };
      },
      PAUSES,
      {
        opened: () => {
          opened();
          tried();
        },
        failed: tried,
        lost: () => {},
      },
    );
    this.#plug.start();
  }

  /** `undefined` while nothing of the VM listens. */
  get socket(): Socket | undefined {
    return this.#plug.held?.socket;
  }

  /** Resolves when it was tried once to connect. */
  get tried(): Promise<void> {
    return this.#tried.promise;
  }

  /** Ends the connection and makes no other. Never rejects. */
  async close(): Promise<void> {
    this.#tried.resolve();
    await this.#plug.close();
  }
}
