// An answer of many lines, one JSON document each: written as things happen, never more than a bounded amount ahead of its
// reader, and with a beat so that both ends notice when the other is gone.
import type { ServerResponse } from 'node:http';
import type { z } from 'zod';
import type { StreamLine } from './wire-shapes.ts';

/** Silence after which the reader may take the agent for dead is six of these. */
export const BEAT_EVERY_MS = 10_000;
/** Bytes that may wait for a reader. One that is slower loses its connection; the work goes on. */
const MAX_WAITING_BYTES = 8 * 1024 * 1024;

export class LineStream {
  readonly #response: ServerResponse;
  readonly #beat: NodeJS.Timeout;

  constructor(response: ServerResponse) {
    this.#response = response;
    this.#beat = setInterval(() => this.send({ type: 'beat' }), BEAT_EVERY_MS);
    this.#beat.unref();
    response.once('close', () => clearInterval(this.#beat));
  }

  /** Whether the status line is out, so that an error can only be told as a line. */
  get started(): boolean {
    return this.#response.headersSent;
  }

  /** Whether its reader is so slow that what can be left out should be. */
  get late(): boolean {
    return this.#response.writableLength > MAX_WAITING_BYTES / 4;
  }

  /** Sends the headers at once, so that the reader knows that it is connected. */
  start(): void {
    if (this.#gone() || this.started) return;
    this.#response.writeHead(200, { 'content-type': 'application/x-ndjson', 'cache-control': 'no-store' });
    this.#response.flushHeaders();
  }

  /** Does nothing when the reader is gone. */
  send(line: z.input<typeof StreamLine> | object): void {
    if (this.#gone()) return;
    this.start();
    this.#response.write(`${JSON.stringify(line)}\n`);
    if (this.#response.writableLength > MAX_WAITING_BYTES) this.#response.destroy();
  }

  end(): void {
    clearInterval(this.#beat);
    if (!this.#gone()) this.#response.end();
  }

  #gone(): boolean {
    return this.#response.destroyed || this.#response.writableEnded;
  }
}
