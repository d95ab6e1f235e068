// The QEMU Machine Protocol: one JSON document a line, a greeting first, answers found by their id
// [QEMU docs/interop/qmp-spec]. Knows the protocol, no command.
import type { Duplex } from 'node:stream';
import { z } from 'zod';
import { GatewrightError, messageOf } from '../../../model/errors.ts';

/** A line longer than this is no answer to anything we ask. */
const MOST_LINE_CHARACTERS = 1024 * 1024;
const ANSWER_WITHIN_MS = 30_000;

const Message = z.union([
  z.object({ QMP: z.looseObject({}) }),
  z.object({ event: z.string() }),
  z.object({ return: z.unknown(), id: z.number() }),
  z.object({ error: z.object({ class: z.string(), desc: z.string() }), id: z.number().optional() }),
]);

interface Waiting {
  readonly answer: (value: unknown) => void;
  readonly refuse: (error: GatewrightError) => void;
}

export class Qmp {
  readonly #stream: Duplex;
  readonly #event: (name: string) => void;
  readonly #waiting = new Map<number, Waiting>();
  readonly #greeted = Promise.withResolvers<void>();
  #line = '';
  #last = 0;

  /** @param event  called with the name of each event, `SHUTDOWN` */
  constructor(stream: Duplex, event: (name: string) => void) {
    this.#stream = stream;
    this.#event = event;
    this.#greeted.promise.catch(() => {}); // told to whoever opens
    stream.setEncoding('utf8');
    stream.on('data', (text: string) => this.#take(text));
    stream.on('close', () => this.#fail('QEMU closed its monitor'));
  }

  /** Greets and agrees on no extras: the monitor takes no command before that. @throws GatewrightError GW_HOST_UNEXPECTED */
  async open(): Promise<void> {
    await this.#greeted.promise;
    await this.execute('qmp_capabilities');
  }

  /** @throws GatewrightError GW_HOST_COMMAND_FAILED when QEMU refuses, GW_HOST_TIMEOUT, GW_HOST_UNEXPECTED when it is gone */
  execute(command: string, parameters: Readonly<Record<string, unknown>> = {}): Promise<unknown> {
    this.#last += 1;
    const id = this.#last;
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    const late = () =>
      this.#settle(id)?.refuse(new GatewrightError('GW_HOST_TIMEOUT', `QEMU does not answer ${command}; stop the VM`));
    const timer = setTimeout(late, ANSWER_WITHIN_MS);
    timer.unref();
    this.#waiting.set(id, { answer: resolve, refuse: reject });
    this.#stream.write(`${JSON.stringify({ execute: command, arguments: parameters, id })}\n`);
    return promise.finally(() => clearTimeout(timer));
  }

  #settle(id: number): Waiting | undefined {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    return waiting;
  }

  #take(text: string): void {
    const lines = (this.#line + text).split('\n');
    this.#line = lines.pop() ?? '';
    if (this.#line.length > MOST_LINE_CHARACTERS) this.#giveUp('a line without an end');
    else for (const line of lines) if (line.trim() !== '') this.#hear(line);
  }

  #hear(line: string): void {
    const message = Message.safeParse(parseJson(line));
    const data = message.data;
    if (data === undefined) this.#giveUp(line.slice(0, 200));
    else if ('QMP' in data) this.#greeted.resolve();
    else if ('event' in data) this.#event(data.event);
    else if ('return' in data) this.#settle(data.id)?.answer(data.return);
    else if (data.id === undefined) this.#giveUp(data.error.desc);
    else
      this.#settle(data.id)?.refuse(new GatewrightError('GW_HOST_COMMAND_FAILED', `QEMU refuses: ${data.error.desc}`));
  }

  /** What is not understood once is not understood any more. */
  #giveUp(what: string): void {
    this.#fail(`QEMU said on its monitor: ${what}`);
    this.#stream.destroy();
  }

  #fail(why: string): void {
    const error = () => new GatewrightError('GW_HOST_UNEXPECTED', why);
    this.#greeted.reject(error());
    for (const id of [...this.#waiting.keys()]) this.#settle(id)?.refuse(error());
  }
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch (cause) {
    return messageOf(cause);
  }
}
