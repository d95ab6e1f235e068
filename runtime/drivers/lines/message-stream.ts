// Messages of known shapes over a stream between two processes of ours, one JSON object a line.
import type { Duplex } from 'node:stream';
import type { z } from 'zod';
import { LineCutter, lineOf, readLine } from '../../protocols/json-lines.ts';

/** Of one message: the rules of many firewalls. */
const MOST_BYTES = 64 * 1024 * 1024;
/** What may wait for the other end before whatever can be left out is left out. */
const ROOM_BYTES = 1024 * 1024;

export class MessageStream<Heard, Told extends Readonly<Record<string, unknown>>> {
  readonly #stream: Duplex;

  /**
   * Takes over a stream; one that does not keep to the shape is ended.
   * @param heard  called for each message
   * @param ended  called once when nothing more will come, with why
   */
  constructor(stream: Duplex, shape: z.ZodType<Heard>, heard: (message: Heard) => void, ended: (why: string) => void) {
    this.#stream = stream;
    const cutter = new LineCutter(MOST_BYTES);
    stream.on('data', (chunk: Buffer) => {
      for (const line of cutter.cut(chunk)) {
        const message = shape.safeParse(line === undefined ? undefined : readLine(line));
        if (message.success) heard(message.data);
        else stream.destroy(new Error('it says what no process of this version says'));
      }
    });
    let why = 'it closed the connection';
    stream.on('error', error => {
      why = error.message;
    });
    stream.once('close', () => ended(why));
  }

  /** Whether what is said now would be taken soon: what can be left out should be, when not. */
  get hasRoom(): boolean {
    return this.#stream.writableLength < ROOM_BYTES;
  }

  /** Does nothing when the other end is gone. */
  tell(message: Told): void {
    if (this.#stream.writable) this.#stream.write(lineOf(message));
  }

  /** Lets the other end know that nothing more will come. */
  end(): void {
    this.#stream.end();
  }

  destroy(): void {
    this.#stream.destroy();
  }
}
