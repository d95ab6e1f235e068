// The console of a VM as its driver keeps it: what was said last, and who listens. Outlives power cycles.
import { CONSOLE_HISTORY_BYTES, type ConsoleLine } from '../model/console.ts';

export class ConsoleBuffer implements ConsoleLine {
  readonly #type: (bytes: Uint8Array) => void;
  readonly #listeners = new Set<(bytes: Uint8Array) => void>();
  /** Oldest first. */
  readonly #pieces: Uint8Array[] = [];
  #bytes = 0;

  /** @param type  hands typed bytes to the guest, or loses them */
  constructor(type: (bytes: Uint8Array) => void) {
    this.#type = type;
  }

  /** The guest said something. @param bytes  are kept, so they must not change any more */
  said(bytes: Uint8Array): void {
    this.#pieces.push(bytes);
    this.#bytes += bytes.length;
    // Whole pieces go, so that nothing is copied for each byte; what is too much is cut off when somebody asks.
    for (let first = this.#pieces[0]; first !== undefined; first = this.#pieces[0]) {
      if (this.#bytes - first.length < CONSOLE_HISTORY_BYTES) break;
      this.#pieces.shift();
      this.#bytes -= first.length;
    }
    for (const listener of [...this.#listeners]) listener(bytes);
  }

  history(): Uint8Array {
    const whole = Buffer.concat(this.#pieces).subarray(-CONSOLE_HISTORY_BYTES);
    // Thousands of pieces of one byte are one piece from now on.
    this.#pieces.splice(0, this.#pieces.length, whole);
    this.#bytes = whole.length;
    return whole;
  }

  listen(said: (bytes: Uint8Array) => void): () => void {
    const own = (bytes: Uint8Array) => said(bytes);
    this.#listeners.add(own);
    return () => void this.#listeners.delete(own);
  }

  write(bytes: Uint8Array): void {
    this.#type(bytes);
  }
}
