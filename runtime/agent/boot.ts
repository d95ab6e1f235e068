// Whether the box was started anew since what was applied was whole in it. A start takes bridges, rules and running VMs away, and
// nobody's wish for them: they are brought back, in the order of their start.
import { join } from 'node:path';
import type { Host } from '../host/host.ts';

/** Made anew by the kernel at each start [random(4)]. */
const BOOT_ID = '/proc/sys/kernel/random/boot_id';
/** In the state directory: the start in which everything was whole last. */
const FILE = 'boot';

export interface Boot {
  /** Nothing was brought back yet since this start. */
  readonly isNew: boolean;
  /** What was applied is whole now. */
  remember(): Promise<void>;
}

/** A start that changes nothing, for an agent that only looks. */
export const SAME_BOOT: Boot = { isNew: false, remember: async () => {} };

/**
 * Looks which start of the box this is. Where none was remembered nothing is new: whoever updates an agent wants no VM touched.
 * @param stateDirectory  of the gateway
 */
export async function readBoot(host: Host, stateDirectory: string): Promise<Boot> {
  const now = await host.readFile(BOOT_ID);
  if (now === undefined) return SAME_BOOT;
  const path = join(stateDirectory, FILE);
  const last = await host.readFile(path);
  const boot = { isNew: last !== undefined && last !== now, remember: () => host.writeFile(path, now) };
  if (last === undefined) await boot.remember();
  return boot;
}
