// Stands in for the serial port of a VM: listens where a line looks for it, and speaks as a program in the guest would.
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';

export class GuestSocket {
  readonly path: string;
  /** Lines that were heard, without their ends. */
  readonly lines: string[] = [];
  #server: Server | undefined;
  #socket: Socket | undefined;
  #connected: (() => void)[] = [];
  #rest = '';
  #reads = true;

  constructor(path: string) {
    this.path = path;
  }

  /** What was heard, as JSON. */
  get heard(): readonly Record<string, unknown>[] {
    return this.lines.map(line => JSON.parse(line) as Record<string, unknown>);
  }

  get plugged(): boolean {
    return this.#socket !== undefined;
  }

  /** Switches the machine on. */
  async on(): Promise<void> {
    const server = createServer(socket => this.#plug(socket));
    this.#server = server;
    server.listen(this.path);
    await once(server, 'listening');
  }

  /** Resolves when a line is connected. */
  async plugIn(): Promise<void> {
    if (this.#socket === undefined) await new Promise<void>(resolve => this.#connected.push(resolve));
  }

  /** Writes bytes as they are. */
  write(bytes: string | Uint8Array): void {
    if (this.#socket === undefined) throw new Error('nobody is connected');
    this.#socket.write(bytes);
  }

  /** Says objects, one a line. */
  say(...objects: readonly unknown[]): void {
    this.write(objects.map(object => `${JSON.stringify(object)}\n`).join(''));
  }

  /** Reads no more, from now on and after the next start too; or reads again. */
  read(reads: boolean): void {
    this.#reads = reads;
    if (reads) this.#socket?.resume();
    else this.#socket?.pause();
  }

  /** Switches the machine off, in the middle of whatever it does. */
  async off(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    this.#socket?.destroy();
    this.#socket = undefined;
    if (server === undefined) return;
    server.close();
    await once(server, 'close');
    rmSync(this.path, { force: true });
  }

  #plug(socket: Socket): void {
    this.#socket = socket;
    this.#rest = '';
    socket.on('error', () => {});
    socket.once('close', () => {
      if (this.#socket === socket) this.#socket = undefined;
    });
    socket.on('data', chunk => this.#hear(chunk.toString()));
    if (!this.#reads) socket.pause();
    for (const resolve of this.#connected.splice(0)) resolve();
  }

  #hear(text: string): void {
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop() ?? '';
    this.lines.push(...lines);
  }
}
