// What libvirt says of the box, where it runs and lets us read.
import type { Host } from '../../host/host.ts';
import { isGatewrightError } from '../../model/errors.ts';
import { importLibvirt } from '../import/libvirt.ts';
import type { BoxProfile } from '../profile.ts';

/** Read-only, so that it takes no rights and can change nothing; of the system, so that no libvirt of a person is started. */
const VIRSH = ['virsh', '--readonly', '--connect', 'qemu:///system'] as const;
const KINDS = 'system,pci,usb_device,net,storage';
/** It answers in a tenth of this. One that was only just started looks at its emulators first, for seconds, and a probe goes on. */
const ANSWER_WITHIN_MS = 800;
const MOST_DEVICES = 2_000;

/** XML of its capabilities and devices, as far as it gives them in time; `undefined` when it does not answer. */
export async function askLibvirt(host: Pick<Host, 'run'>): Promise<string | undefined> {
  const said = await Promise.all([virsh(host, 'capabilities'), devicesOf(host)]);
  return said.some(part => part !== undefined) ? said.join('\n') : undefined;
}

async function devicesOf(host: Pick<Host, 'run'>): Promise<string | undefined> {
  const listed = await virsh(host, 'nodedev-list', '--cap', KINDS);
  // WHY so strict: the names become commands of virsh, which takes many in one argument.
  const names = (listed ?? '').split(/\s+/).filter(name => /^[A-Za-z0-9_][\w.-]{0,200}$/.test(name));
  const commands = names.slice(0, MOST_DEVICES).map(name => `nodedev-dumpxml ${name}`);
  return commands.length === 0 ? undefined : virsh(host, commands.join('; '));
}

/** A profile of what it said; `undefined` when that is not what libvirt says. */
export function profileOfLibvirt(xml: string): BoxProfile | undefined {
  try {
    return importLibvirt(xml).profile;
  } catch (error) {
    if (isGatewrightError(error) && error.code === 'GW_PROFILE_FORM') return undefined;
    throw error;
  }
}

/** What a command prints; one that fails halfway, because a device has just gone, has printed the others. */
async function virsh(host: Pick<Host, 'run'>, ...words: readonly string[]): Promise<string | undefined> {
  try {
    const { stdout } = await host.run([...VIRSH, ...words], { timeoutMs: ANSWER_WITHIN_MS });
    return stdout.trim() === '' ? undefined : stdout;
  } catch (error) {
    if (isGatewrightError(error) && error.code.startsWith('GW_HOST_')) return undefined;
    throw error;
  }
}
