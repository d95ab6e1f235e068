// A TPM that a program emulates [swtpm(8), --server type=unixio]: commands and answers one after the other over its socket.
import type { Socket } from 'node:net';
import { MOST_ANSWER, type TpmTransport } from '../../model/tpm.ts';
import { connect } from './connect.ts';
import { endWith, tpmError, within } from './errors.ts';

const ANSWER_WITHIN_MS = 60_000;
const HEADER = 10;

/**
 * @param path    of its socket; it takes one connection at a time
 * @param signal  when it is aborted, whatever is under way fails
 * @throws GatewrightError GW_ATTEST_TPM
 */
export async function openSwtpm(path: string, signal?: AbortSignal): Promise<TpmTransport> {
  const socket = await within(connect(path, 'start it'), ANSWER_WITHIN_MS, `the emulated TPM at ${path}`);
  endWith(signal, () => socket.destroy());
  const answers = new Answers(socket, path);
  return {
    transmit: command => within(answers.ask(command), ANSWER_WITHIN_MS, `the emulated TPM at ${path}`),
    log: async () => undefined, // no firmware runs before it
    async close() {
      socket.destroy();
    },
  };
}

/** Puts together what comes in pieces: an answer says itself how long it is. */
class Answers {
  readonly #socket: Socket;
  readonly #path: string;
  #bytes = Buffer.alloc(0);
  #waiting: PromiseWithResolvers<Uint8Array> | undefined;

  constructor(socket: Socket, path: string) {
    this.#socket = socket;
    this.#path = path;
    socket.on('data', bytes => this.#take(bytes));
    const gone = () => this.#fail(tpmError(`the emulated TPM at ${path} hung up; look whether it still runs`));
    socket.on('close', gone).on('error', gone);
  }

  ask(command: Uint8Array): Promise<Uint8Array> {
    if (this.#waiting !== undefined || this.#socket.destroyed)
      return Promise.reject(tpmError(`the emulated TPM at ${this.#path} is busy or gone; ask later`));
    this.#bytes = Buffer.alloc(0);
    this.#waiting = Promise.withResolvers();
    this.#socket.write(command);
    return this.#waiting.promise;
  }

  #take(bytes: Buffer): void {
    this.#bytes = Buffer.concat([this.#bytes, bytes]);
    if (this.#bytes.length < HEADER) return;
    const length = this.#bytes.readUInt32BE(2);
    if (length < HEADER || length > MOST_ANSWER || this.#bytes.length > length)
      this.#fail(tpmError(`what listens at ${this.#path} is no TPM; name another socket`));
    else if (this.#bytes.length === length) this.#settle(this.#bytes);
  }

  #settle(answer: Uint8Array): void {
    this.#waiting?.resolve(answer);
    this.#waiting = undefined;
  }

  #fail(error: Error): void {
    this.#waiting?.reject(error);
    this.#waiting = undefined;
    this.#socket.destroy();
  }
}
