// Consoles of simulated VMs: they say that no guest runs behind them, and give back what is typed.
import type { Address } from '../../model/address.ts';
import { CONSOLE_HISTORY_BYTES, type ConsoleLine } from '../../model/console.ts';

export class SimulatedConsole implements ConsoleLine {
  readonly #listeners = new Set<(bytes: Uint8Array) => void>();
  #history: Uint8Array = new Uint8Array();

  constructor(address: Address<'vm'>) {
    this.say(`${address} is simulated: no guest runs here, what you type comes back.\r\n`);
  }

  /** Lets the line say something. */
  say(text: string): void {
    this.write(Buffer.from(text));
  }

  history(): Uint8Array {
    return this.#history;
  }

  listen(said: (bytes: Uint8Array) => void): () => void {
    const own = (bytes: Uint8Array) => said(bytes);
    this.#listeners.add(own);
    return () => void this.#listeners.delete(own);
  }

  write(bytes: Uint8Array): void {
    const back = Buffer.from(
      Buffer.from(bytes)
        .toString('latin1')
        .replaceAll(/\r(?!\n)/g, '\r\n'),
      'latin1',
    );
    this.#history = Buffer.concat([this.#history, back]).subarray(-CONSOLE_HISTORY_BYTES);
    for (const listener of this.#listeners) listener(back);
  }
}
