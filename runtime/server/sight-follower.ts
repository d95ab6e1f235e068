// Keeps one browser told of what its VM does: anew after each change of the platform's state, once a second at most, and
// only when it differs. Knows no socket.
import { setTimeout as pause } from 'node:timers/promises';
import type { Address } from '../model/address.ts';
import type { PlatformPort, VmSight } from '../platform/platform-port.ts';

const EVERY_MS = 1_000;

export class SightFollower {
  readonly #see: () => Promise<VmSight>;
  readonly #tell: (sight: VmSight) => void;
  readonly #forget: () => void;
  readonly #stopped = new AbortController();
  #wanted = false;
  #looking = false;
  #told = '';

  /** @param tell  called with the first sight, and with each that differs from the one before */
  constructor(platform: PlatformPort, vm: Address<'vm'>, tell: (sight: VmSight) => void) {
    this.#see = () => platform.sightOf(vm);
    this.#tell = tell;
    this.#forget = platform.onState(() => this.look());
    this.look();
  }

  /** Looks again soon. */
  look(): void {
    this.#wanted = true;
    if (!this.#looking) void this.#run();
  }

  stop(): void {
    this.#stopped.abort();
    this.#forget();
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopped;
    this.#looking = true;
    while (this.#wanted && !signal.aborted) {
      this.#wanted = false;
      const sight = await this.#see();
      if (!signal.aborted) this.#show(sight);
      await pause(EVERY_MS, undefined, { ref: false, signal }).catch(() => {}); // stopped meanwhile: the loop sees it
    }
    this.#looking = false;
  }

  #show(sight: VmSight): void {
    const key = JSON.stringify(sight);
    if (key === this.#told) return;
    this.#told = key;
    this.#tell(sight);
  }
}
