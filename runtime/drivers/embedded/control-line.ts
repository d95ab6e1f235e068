// The line on which programs talk to the guest: `@ID COMMAND` is answered by `@@BEGIN ID`, output, `@@END ID STATUS`.
import { abortError } from '../../host/abort.ts';
import { GatewrightError } from '../../model/errors.ts';

/** A guest that prints more than this within one answer is not answering us. */
const MAX_ANSWER = 1024 * 1024;

interface Waiting {
  readonly answered: (answer: ControlAnswer) => void;
  readonly failed: (error: Error) => void;
}

export interface ControlAnswer {
  readonly output: string;
  /** Exit code of the command. */
  readonly status: number;
}

export class ControlLine {
  readonly #send: (bytes: Uint8Array) => void;
  readonly #waiting = new Map<number, Waiting>();
  readonly #decoder = new TextDecoder();
  #heard = '';
  #next = 1;
  /** Why nobody is at the other end any more. */
  #gone: string | undefined;

  /** @param send  writes to the guest's end of the line */
  constructor(send: (bytes: Uint8Array) => void) {
    this.#send = send;
  }

  /** Takes what the guest says on the line. */
  hear(bytes: Uint8Array): void {
    this.#heard += this.#decoder.decode(bytes, { stream: true });
    for (;;) {
      const found = /@@BEGIN (\d+)\r?\n(.*?)@@END \1 (\d+)\r?\n/s.exec(this.#heard);
      if (found === null) break;
      this.#heard = this.#heard.slice(found.index + found[0].length);
      const id = Number(found[1]);
      this.#waiting.get(id)?.answered({ output: (found[2] ?? '').trimEnd(), status: Number(found[3]) });
      this.#waiting.delete(id);
    }
    if (this.#heard.length > MAX_ANSWER) this.#heard = this.#heard.slice(-MAX_ANSWER);
  }

  /**
   * Runs a command line in the guest.
   * @param command  for its shell, one line
   * @throws GatewrightError GW_CANCELLED or what the signal was aborted with; GW_HOST_UNEXPECTED when the line is cut
   */
  async ask(command: string, signal: AbortSignal): Promise<ControlAnswer> {
    if (signal.aborted) throw abortError(signal);
    if (this.#gone !== undefined) throw cutOff(this.#gone);
    const id = this.#next++;
    const given = Promise.withResolvers<ControlAnswer>();
    const stop = () => given.reject(abortError(signal));
    signal.addEventListener('abort', stop, { once: true });
    this.#waiting.set(id, { answered: given.resolve, failed: given.reject });
    this.#send(Buffer.from(`@${id} ${command}\n`));
    try {
      return await given.promise;
    } finally {
      signal.removeEventListener('abort', stop);
      this.#waiting.delete(id);
    }
  }

  /** Fails everything that still waits or is asked later. @param why  in words */
  cut(why: string): void {
    this.#gone = why;
    for (const { failed } of this.#waiting.values()) failed(cutOff(why));
    this.#waiting.clear();
  }
}

function cutOff(why: string): GatewrightError {
  return new GatewrightError('GW_HOST_UNEXPECTED', `the guest gave no answer (${why}); apply again`);
}
