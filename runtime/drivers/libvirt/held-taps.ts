// Tells which taps a process holds open. A guest whose tap was removed and made anew holds the old one: it runs, but is cut
// off, and only its restart helps.
import type { Host } from '../../host/host.ts';
import { isGatewrightError } from '../../model/errors.ts';

/**
 * Those of some taps that are held; of one that is switched off nothing can be said, and it counts as held.
 * @param taps  names of network devices
 * @throws GatewrightError GW_HOST_IO
 */
export async function readHeldTaps(host: Host, taps: readonly string[]): Promise<ReadonlySet<string>> {
  const held = await Promise.all(taps.map(tap => isHeld(host, tap)));
  return new Set(taps.filter((_, index) => held[index]));
}

/**
 * WHY the carrier and not the flags of the device: the kernel brings those up to date some time later, and a guest that was
 * just started would be taken for one that is cut off, and restarted.
 */
async function isHeld(host: Host, tap: string): Promise<boolean> {
  try {
    return (await host.readFile(`/sys/class/net/${tap}/carrier`))?.trim() === '1';
  } catch (error) {
    if (isSwitchedOff(error)) return true;
    throw error;
  }
}

/** Linux tells the carrier of a device that is up only. */
function isSwitchedOff(error: unknown): boolean {
  return isGatewrightError(error) && (error.cause as NodeJS.ErrnoException | undefined)?.code === 'EINVAL';
}
