// A VM of which nothing is known yet but its name.
import type { Place } from './place.ts';

/** WHY no network card: what is converted does not say which network it needs. */
export function newVm(name: string, { gateway, tenant }: Place) {
  return {
    ...{ type: 'gatewright-vm', name, gateway, tenant, image: 'tiny-linux', kernelArguments: '', vcpus: 1 },
    ...{ memoryMiB: 128, vcpuPins: '', emulatorPin: '', fifoPriority: 0, lockedMemory: false, hugePages: 'none' },
    ...{
      leastMemoryMiB: 0,
      firmware: 'bios',
      tpm: 'auto',
      watchdog: 'none',
      startOrder: 100,
      nics: [],
      outputs: 0,
      version: 1,
    },
  };
}
