// The field line of an emulated PC as a unix stream socket, served by the thread of the PC, so that its bytes pass through no
// other. Knows no emulator.
import type { Duplex } from 'node:stream';
import type { Listening } from '../../../host/host.ts';
import { listenOn } from '../../../host/local-ipc.ts';

/** What waits for somebody who does not read; more than that is lost. */
const MOST_WAITING_BYTES = 64 * 1024;

export class FieldPort {
  readonly #heard: (bytes: Uint8Array) => void;
  #listening: Listening | undefined;
  #current: Duplex | undefined;

  /** @param heard  takes what is said to the guest; bytes are its own */
  constructor(heard: (bytes: Uint8Array) => void) {
    this.#heard = heard;
  }

  /**
   * Listens, for our own user only.
   * @throws GatewrightError GW_AGENT_LOCKED when somebody answers there already, GW_HOST_IO
   */
  async open(path: string): Promise<void> {
    this.#listening = await listenOn(path, connection => this.#take(connection));
  }

  /** What the guest says. Lost when nobody is connected, or when whoever is does not read. @param bytes  are the port's own */
  say(bytes: Uint8Array): void {
    const there = this.#current;
    if (there !== undefined && there.writableLength + bytes.length <= MOST_WAITING_BYTES) there.write(bytes);
  }

  /** Ends the connection and listens no more. */
  async close(): Promise<void> {
    await this.#listening?.close();
  }

  /** The newest counts: an older one may be left of an owner of the line that hangs. */
  #take(connection: Duplex): void {
    this.#current?.destroy();
    this.#current = connection;
    connection.on('data', this.#heard);
    connection.once('close', () => {
      if (this.#current === connection) this.#current = undefined;
    });
  }
}
