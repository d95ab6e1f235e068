// What the hypervisor of this host can do, from libvirt's own words and the processor's. Decides once how domains run.
import { z } from 'zod';
import { GatewrightError } from '../../model/errors.ts';
import { parseXml } from './xml.ts';

/** How guests run here. */
export interface Machine {
  /** `kvm`: on the processor itself. `qemu`: every instruction is emulated. */
  readonly acceleration: 'kvm' | 'qemu';
  /** Path of the program that runs a guest. */
  readonly emulator: string;
}

const ARCHITECTURE = 'x86_64';

const Guest = z.object({
  os_type: z.string(),
  arch: z.object({
    '@name': z.string(),
    emulator: z.string(),
    domain: z.array(z.union([z.object({ '@type': z.string() }), z.unknown()])),
  }),
});
const Capabilities = z.object({ capabilities: z.object({ guest: z.array(Guest) }) });

/**
 * @param xml       libvirt's capabilities
 * @param cpuInfo   /proc/cpuinfo; KVM that is offered by a processor without virtualization of its own runs only guests made
 *   for it, so it is not used
 * @param emulated  emulate even where KVM would work
 * @throws GW_HOST_UNEXPECTED when this host cannot run x86_64 guests
 */
export function chooseMachine(xml: string, cpuInfo: string, emulated: boolean): Machine {
  const parsed = Capabilities.safeParse(parseXml(xml, 'the list of capabilities'));
  if (!parsed.success)
    throw new GatewrightError('GW_HOST_UNEXPECTED', 'libvirt named no guest it can run; install qemu-system-x86');
  const guest = parsed.data.capabilities.guest.find(
    ({ os_type, arch }) => os_type === 'hvm' && arch['@name'] === ARCHITECTURE,
  );
  if (guest === undefined)
    throw new GatewrightError('GW_HOST_UNEXPECTED', `libvirt runs no ${ARCHITECTURE} guests; install qemu-system-x86`);
  const types = guest.arch.domain.map(domain => (domain as { '@type'?: unknown })['@type']);
  const processor = /^flags\s*:.*\b(vmx|svm)\b/m.test(cpuInfo);
  return {
    acceleration: types.includes('kvm') && processor && !emulated ? 'kvm' : 'qemu',
    emulator: guest.arch.emulator,
  };
}
