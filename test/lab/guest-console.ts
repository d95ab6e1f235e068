// Talks to the starter guest over its serial console: runs a command inside and tells what came of it. Knows the console's
// protocol (scripts/guest/console.sh) and nothing of Gatewright's resources.
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { createInterface, type Interface } from 'node:readline';

/** An emulated guest on a busy machine may take a minute to boot. */
const BOOT_MS = 180_000;
const COMMAND_MS = 60_000;
const KNOCK_MS = 500;

export interface GuestOutput {
  /** As the shell of the guest gives it. */
  readonly code: number;
  /** Standard output and errors. */
  readonly output: string;
}

export class GuestConsole {
  readonly #socket: Socket;
  readonly #reader: Interface;
  readonly #lines: AsyncIterator<string>;
  #last = 0;
  /** Since the last command. */
  #heard = '';

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', chunk => {
      this.#heard += String(chunk);
    });
    // A guest that is switched off takes its console with it; whoever asks it then is told.
    socket.on('error', () => socket.destroy());
    this.#reader = createInterface({ input: socket });
    this.#lines = this.#reader[Symbol.asyncIterator]();
  }

  /**
   * Takes the console of a guest, which one alone can have, and waits until the guest answers.
   * @param path  the unix socket of the guest's serial line
   */
  static async open(path: string): Promise<GuestConsole> {
    const socket = connect(path);
    await once(socket, 'connect');
    const guest = new GuestConsole(socket);
    // What is written while it boots is lost or comes late, so it is asked until it answers.
    const knock = setInterval(() => socket.write('@0 true\n'), KNOCK_MS);
    try {
      await guest.#within(BOOT_MS, '0', 'true');
    } finally {
      clearInterval(knock);
    }
    return guest;
  }

  /** Runs a command line in the guest's shell; one at a time. @throws Error when the guest does not answer */
  async attempt(command: string): Promise<GuestOutput> {
    if (command.includes('\n')) throw new Error('a command is one line');
    this.#last += 1;
    const id = String(this.#last);
    this.#socket.write(`@${id} ${command}\n`);
    return this.#within(COMMAND_MS, id, command);
  }

  /** Runs a command line that must succeed; resolves with what it printed. */
  async run(command: string): Promise<string> {
    const { code, output } = await this.attempt(command);
    if (code !== 0) throw new Error(`${command} ended with ${code} in the guest: ${output}`);
    return output;
  }

  close(): void {
    this.#reader.close();
    this.#socket.destroy();
  }

  async #within(timeoutMs: number, id: string, command: string): Promise<GuestOutput> {
    this.#heard = '';
    const timeout = setTimeout(() => this.#socket.destroy(), timeoutMs);
    try {
      return await this.#answer(id);
    } catch (cause) {
      const heard = JSON.stringify(this.#heard.slice(-2_000));
      throw new Error(`the guest did not answer ${command}; it said ${heard}`, { cause });
    } finally {
      clearTimeout(timeout);
    }
  }

  async #answer(id: string): Promise<GuestOutput> {
    while ((await this.#line()) !== `@@BEGIN ${id}`);
    const said: string[] = [];
    for (;;) {
      const line = await this.#line();
      const end = new RegExp(`^@@END ${id} (\\d+)$`).exec(line);
      if (end !== null) return { code: Number(end[1]), output: said.join('\n').trim() };
      said.push(line);
    }
  }

  async #line(): Promise<string> {
    const { value, done } = await this.#lines.next();
    if (done === true) throw new Error('the console was closed');
    return value.replace(/\r$/, '');
  }
}
