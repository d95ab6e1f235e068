// What the kernel dropped in front of a socket because nobody read, as its own counter says (SO_MEMINFO).
import type { Libc } from './libc.ts';

const [SOL_SOCKET, SO_MEMINFO] = [1, 55];
/** Words that it fills, and the one that counts. Newer kernels may know more; they fill what there is room for. */
const [WORDS, DROPS] = [9, 8];

export class KernelDrops {
  readonly #libc: Libc;
  readonly #descriptor: number;
  readonly #words = new Uint32Array(new ArrayBuffer(WORDS * 4));
  readonly #size = new Uint32Array(new ArrayBuffer(4));
  readonly #wordsAt: bigint;
  readonly #sizeAt: bigint;
  #known = 0;

  constructor(libc: Libc, descriptor: number) {
    this.#libc = libc;
    this.#descriptor = descriptor;
    this.#wordsAt = libc.addressOf(this.#words);
    this.#sizeAt = libc.addressOf(this.#size);
  }

  /** @returns datagrams that were dropped since it was asked last */
  take(): number {
    this.#size[0] = WORDS * 4;
    const isTold = this.#libc.getsockopt(this.#descriptor, SOL_SOCKET, SO_MEMINFO, this.#wordsAt, this.#sizeAt) === 0;
    if (!isTold) return 0;
    const dropped = ((this.#words[DROPS] as number) - this.#known) >>> 0;
    this.#known = this.#words[DROPS] as number;
    return dropped;
  }
}
