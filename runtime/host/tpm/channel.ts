// The TPM of a VM, reached through a program in the guest that carries commands: lines of text over a channel that only this VM and
// its host have. The guest is not trusted: what it says is bounded, and what it cannot forge is what its TPM signed.
import { randomBytes } from 'node:crypto';
import type { Socket } from 'node:net';
import { MOST_ANSWER, MOST_LOG, type TpmTransport } from '../../model/tpm.ts';
import { connect } from './connect.ts';
import { endWith, tpmError, within } from './errors.ts';

/** A guest that boots does not answer yet; whoever asks comes again. */
const HELLO_WITHIN_MS = 10_000;
/** Making a key takes an emulated TPM in an emulated guest a while. */
const ANSWER_WITHIN_MS = 60_000;
const MOST_LINE = 2 * MOST_LOG + 1024;

export type TpmChannel = Required<TpmTransport>;

/**
 * @param path            of the channel's socket at the host
 * @param signal          when it is aborted, whatever is under way fails
 * @param answerWithinMs  how long an answer may take
 * @throws GatewrightError GW_ATTEST_TPM
 */
export async function openTpmChannel(
  path: string,
  signal?: AbortSignal,
  answerWithinMs: number = ANSWER_WITHIN_MS,
): Promise<TpmChannel> {
  const lines = new Lines(await within(connect(path, 'start the VM'), HELLO_WITHIN_MS, `the channel ${path}`));
  endWith(signal, () => lines.close());
  try {
    await within(greet(lines), HELLO_WITHIN_MS, 'the program in the VM that answers for its TPM');
  } catch (error) {
    lines.close();
    throw error;
  }
  const ask = async (line: string, what: string) => {
    const asked = lines.ask(line);
    // An answer that comes too late would be taken for that of the next question, so there is none.
    return within(asked, answerWithinMs, what).catch(error => {
      lines.close();
      throw error;
    });
  };
  const answer = async (line: string) => hexOf(await ask(line, 'the TPM of the VM'), 'ANSWER', MOST_ANSWER);
  return {
    transmit: command => answer(`COMMAND ${hex(command)}`),
    async log() {
      const log = hexOf(await ask('LOG', 'the event log of the VM'), 'LOG', MOST_LOG);
      return log.length === 0 ? undefined : log;
    },
    secretPart: (name, index, count, command) => answer(`SECRET ${name} ${index} ${count} ${hex(command)}`),
    async close() {
      lines.close();
    },
  };
}

/** Whatever was under way before is over when the guest says the same word. */
async function greet(lines: Lines): Promise<void> {
  const word = randomBytes(8).toString('hex');
  for (let said = await lines.ask(`\nHELLO ${word}`); said !== `HELLO ${word}`; said = await lines.next())
    if (said === 'REFUSED')
      throw tpmError('the VM has no TPM that its guest can reach; look whether it booted with one');
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex');
}

function hexOf(line: string, word: string, most: number): Buffer {
  const text = line === word ? '' : line.slice(word.length + 1);
  const fits =
    (line === word || line.startsWith(`${word} `)) && /^(?:[0-9a-f]{2})*$/.test(text) && text.length <= 2 * most;
  if (!fits)
    throw tpmError(
      `the VM answers nonsense for its TPM (${JSON.stringify(line.slice(0, 40))}); look at what runs in it`,
    );
  return Buffer.from(text, 'hex');
}

/** Questions and answers, a line each. */
class Lines {
  readonly #socket: Socket;
  /** Of a line that is not whole yet. */
  #parts: Buffer[] = [];
  #length = 0;
  #whole: string[] = [];
  #waiting: PromiseWithResolvers<string> | undefined;

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', bytes => this.#take(bytes));
    const gone = () => this.#fail(tpmError('the VM hung up while its TPM was asked; ask again when it runs'));
    socket.on('close', gone).on('error', gone);
  }

  ask(line: string): Promise<string> {
    this.#whole = [];
    this.#socket.write(`${line}\n`);
    return this.next();
  }

  next(): Promise<string> {
    const ready = this.#whole.shift();
    if (ready !== undefined) return Promise.resolve(ready);
    if (this.#socket.destroyed) return Promise.reject(tpmError('the VM hung up; ask again when it runs'));
    this.#waiting = Promise.withResolvers();
    return this.#waiting.promise;
  }

  close(): void {
    this.#socket.destroy();
  }

  #take(bytes: Buffer): void {
    this.#length += bytes.length;
    if (this.#length > MOST_LINE || this.#whole.length > 100) {
      this.#fail(tpmError('the VM says more than any TPM would; look at what runs in it'));
      return;
    }
    this.#parts.push(bytes);
    if (!bytes.includes(0x0a)) return;
    const lines = Buffer.concat(this.#parts).toString('latin1').split('\n');
    const rest = Buffer.from(lines.pop() ?? '', 'latin1');
    this.#parts = [rest];
    this.#length = rest.length;
    for (const line of lines) this.#tell(line.replace(/\r$/, ''));
  }

  #tell(line: string): void {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    if (waiting === undefined) this.#whole.push(line);
    else waiting.resolve(line);
  }

  #fail(error: Error): void {
    this.#waiting?.reject(error);
    this.#waiting = undefined;
    this.#socket.destroy();
  }
}
