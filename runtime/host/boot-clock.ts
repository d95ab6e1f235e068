// A clock that nobody sets: how long this start of the box runs, sleep included, and which start it is.
import type { Host } from './host.ts';

/** A moment as runtime/attest has it. */
export interface BootMoment {
  readonly boot: string;
  readonly ms: number;
}

/** Made anew by the kernel at each start [random(4)]; and seconds since then [proc(5), /proc/uptime]. */
const [BOOT_ID, UPTIME] = ['/proc/sys/kernel/random/boot_id', '/proc/uptime'];

/** Where the kernel does not tell, each process is a start of its own: what was before counts no more. */
export async function bootClock(host: Host): Promise<() => BootMoment> {
  const [boot, uptime] = [await host.readFile(BOOT_ID), await host.readFile(UPTIME)];
  const began = /^(\d+\.\d+) /.exec(uptime ?? '')?.[1];
  const at = process.hrtime.bigint();
  const since = () => Number((process.hrtime.bigint() - at) / 1_000_000n);
  if (boot === undefined || began === undefined) return () => ({ boot: `process ${process.pid}`, ms: since() });
  const ms = Math.round(Number(began) * 1000);
  return () => ({ boot: boot.trim(), ms: ms + since() });
}
