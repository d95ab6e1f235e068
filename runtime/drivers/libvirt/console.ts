// Serial lines of domains, for people. The unix socket of a line serves one client, so whoever listens shares one connection.
// It is held only while somebody listens: others may have the line otherwise. The log tells what was said before.
import type { Duplex } from 'node:stream';
import { ConsoleBuffer } from '../../host/console-buffer.ts';
import type { ConsoleLine } from '../../model/console.ts';

/** Bytes that a guest has not read yet; a line without flow control loses what is typed beyond. */
const MOST_UNREAD_BYTES = 64 * 1024;

/** What a line needs of the world around it. */
export interface ConsoleSource {
  /** Connects to the line as it is now. Rejects, or gives `undefined`, while its VM is off or absent. */
  dial(): Promise<Duplex | undefined>;
  /** Calls back when dialling may help: the VM may have been started. Returns how to stop. */
  started(again: () => void): () => void;
  /** The end of what the line said so far. */
  lastWords(): Promise<Uint8Array>;
}

/** One line, across power cycles of its VM. */
export class DomainConsole implements ConsoleLine {
  readonly #source: ConsoleSource;
  #buffer = this.#emptyBuffer();
  readonly #listeners = new Set<object>();
  #socket: Duplex | undefined;
  #dialling = false;
  #again = false;
  #forget: (() => void) | undefined;

  constructor(source: ConsoleSource) {
    this.#source = source;
  }

  /** Fetches what was said while nobody listened. Ask for it before {@link history} and {@link listen}. */
  async prepare(): Promise<void> {
    const words = this.#idle ? await this.#source.lastWords() : undefined;
    // Somebody may have begun to listen meanwhile; then what is kept is newer than what was fetched.
    if (words === undefined || !this.#idle) return;
    this.#buffer = this.#emptyBuffer();
    this.#buffer.said(words);
  }

  history(): Uint8Array {
    return this.#buffer.history();
  }

  listen(said: (bytes: Uint8Array) => void): () => void {
    if (this.#idle) this.#forget = this.#source.started(() => void this.#dial());
    const listener = {};
    this.#listeners.add(listener);
    const stop = this.#buffer.listen(said);
    void this.#dial();
    return () => {
      stop();
      if (!this.#listeners.delete(listener)) return;
      if (this.#idle) this.#rest();
    };
  }

  write(bytes: Uint8Array): void {
    this.#buffer.write(bytes);
  }

  /** Hears nothing any more, whoever listens. */
  close(): void {
    this.#listeners.clear();
    this.#rest();
  }

  get #idle(): boolean {
    return this.#listeners.size === 0;
  }

  #rest(): void {
    this.#forget?.();
    this.#forget = undefined;
    const socket = this.#socket;
    this.#socket = undefined;
    socket?.destroy();
    this.#buffer = this.#emptyBuffer();
  }

  async #dial(): Promise<void> {
    this.#again = true;
    if (this.#dialling) return;
    this.#dialling = true;
    while (this.#again && !this.#idle && this.#socket === undefined) {
      this.#again = false;
      // Nobody answers for a VM that is off; its start will call us again.
      const socket = await this.#source.dial().catch(() => undefined);
      if (socket !== undefined) this.#take(socket);
    }
    this.#dialling = false;
  }

  #take(socket: Duplex): void {
    socket.on('error', () => socket.destroy());
    if (this.#idle) return void socket.destroy();
    this.#socket = socket;
    socket.on('data', (bytes: Uint8Array) => this.#buffer.said(bytes));
    socket.on('close', () => {
      if (this.#socket !== socket) return;
      this.#socket = undefined;
      // The news of the next start may have come before the end of this one.
      void this.#dial();
    });
  }

  #emptyBuffer(): ConsoleBuffer {
    return new ConsoleBuffer(bytes => {
      if (this.#socket !== undefined && this.#socket.writableLength <= MOST_UNREAD_BYTES) this.#socket.write(bytes);
    });
  }
}
