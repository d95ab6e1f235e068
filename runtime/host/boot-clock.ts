// A clock that nobody sets: how long this start of the box runs, sleep included, and which start it is.
import { readFileSync } from 'node:fs';

/** A moment as runtime/attest has it. */
export interface BootMoment {
  readonly boot: string;
  readonly ms: number;
}

/** Made anew by the kernel at each start [random(4)]; and seconds since then, sleep included [proc(5), /proc/uptime]. */
const [BOOT_ID, UPTIME] = ['/proc/sys/kernel/random/boot_id', '/proc/uptime'];

/**
 * Where the kernel does not tell, each process is a start of its own: what was before counts no more.
 * @param read  of a file of the kernel, whole
 */
export function bootClock(read: (path: string) => string = readKernel): () => BootMoment {
  const began = process.hrtime.bigint();
  const own = () => ({
    boot: `process ${process.pid} ${began}`,
    ms: Number((process.hrtime.bigint() - began) / 1_000_000n),
  });
  return () => {
    try {
      const seconds = /^(\d+\.\d+) /.exec(read(UPTIME))?.[1];
      const boot = read(BOOT_ID).trim();
      return seconds === undefined || boot === '' ? own() : { boot, ms: Math.round(Number(seconds) * 1000) };
    } catch {
      return own();
    }
  };
}

function readKernel(path: string): string {
  return readFileSync(path, 'latin1');
}
