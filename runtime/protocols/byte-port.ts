// A VM's port on a line that carries bytes: one stream for as long as the VM is drawn there. The VM may be there later, go, and
// come back; what is said to one that is not there is lost, as on an unplugged line.
import { Duplex } from 'node:stream';
import { VmSocket } from './vm-socket.ts';

/** What may wait for a VM that does not read; more is lost. */
const MOST_WAITING_BYTES = 64 * 1024;

export class BytePort extends Duplex {
  /** Bytes that the VM said. */
  heardBytes = 0;
  /** What the VM was told, and what it could not be told, in pieces as they were written. */
  told = 0;
  toldBytes = 0;
  dropped = 0;
  readonly #vm: VmSocket;

  /** Starts to connect. @param path  of a unix stream socket @param gone  called when the VM that was there is not any more */
  constructor(path: string, gone = () => {}) {
    super();
    this.#vm = new VmSocket(path, (socket, closed) => {
      void closed.then(gone);
      socket.on('data', chunk => {
        this.heardBytes += chunk.length;
        if (!this.push(chunk)) socket.pause();
      });
    });
  }

  /** Whether something of the VM listens. */
  get plugged(): boolean {
    return this.#vm.socket !== undefined;
  }

  override _read(): void {
    this.#vm.socket?.resume();
  }

  /** Never waits: a VM that does not read must not hold up whoever speaks to it. */
  override _write(chunk: Uint8Array, _encoding: BufferEncoding, done: () => void): void {
    const { socket } = this.#vm;
    if (socket === undefined || socket.writableLength + chunk.length > MOST_WAITING_BYTES) this.dropped += 1;
    else {
      socket.write(chunk);
      this.told += 1;
      this.toldBytes += chunk.length;
    }
    done();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    void this.#vm.close().then(() => done(error));
  }
}
