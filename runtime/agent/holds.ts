// Holds of those who listen to something of a gateway: each is ended by them, by what they listen to, or with everything else.
import type { LineTap } from '../model/line-frame.ts';

export class Holds {
  readonly #taps = new Set<LineTap>();

  /** @param open  begins to listen @returns what it gave, to be ended by either side */
  async open(open: (ended: () => void) => Promise<() => void> | (() => void)): Promise<LineTap> {
    const { promise: ended, resolve } = Promise.withResolvers<void>();
    const stop = await open(() => resolve());
    const tap: LineTap = {
      ended,
      close: () => {
        this.#taps.delete(tap);
        stop();
        resolve();
      },
    };
    this.#taps.add(tap);
    void ended.then(() => this.#taps.delete(tap));
    return tap;
  }

  /** Ends every hold. */
  close(): void {
    for (const tap of [...this.#taps]) tap.close();
  }
}
