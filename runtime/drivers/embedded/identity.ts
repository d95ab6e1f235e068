// The words that make a guest the drawn one: name, cards, addresses, services. The guest knows them from its kernel's command
// line, or is told them once it is up.
import { randomBytes } from 'node:crypto';
import type { VmSpec } from '../../model/kinds/vm.ts';

/** Name and cards, then what the drawing says beside them. @param name  of the VM, which is its host name */
export function identityWords(name: string, spec: VmSpec): readonly string[] {
  const cards = spec.nics.flatMap((nic, index) => [`gw.mac.eth${index}=${nic.mac}`, `gw.mtu.eth${index}=${nic.mtu}`]);
  return [`gw.hostname=${name}`, ...cards, ...words(spec).filter(word => word.startsWith('gw.'))];
}

/** Those that the kernel itself has to see. */
export function kernelWords(spec: VmSpec): readonly string[] {
  return words(spec).filter(word => !word.startsWith('gw.'));
}

/** The command that makes a guest that is up the drawn one, with the time and chance of its own. @param nowMs  Unix time in ms */
export function identityCommand(name: string, spec: VmSpec, nowMs: number): string {
  const chance = `gw.seed=${randomBytes(32).toString('hex')}`;
  const all = [`gw.time=${Math.floor(nowMs / 1000)}`, chance, ...identityWords(name, spec)];
  // Kernel arguments have no quotes [model/kinds/vm.ts], so quoting is enough for the guest's shell.
  return ['gw-identity', ...all.map(word => `'${word}'`)].join(' ');
}

function words(spec: VmSpec): readonly string[] {
  return spec.kernelArguments.split(' ').filter(word => word !== '');
}
