// What of a VM can be changed while it is there, whatever runs it.
import type { DriverFacts } from '../../model/driver.ts';

/** Not the image: another image is another guest, and its memory is not kept. */
export const MUTABLE: DriverFacts<'vm'>['mutable'] = {
  tenant: 'live',
  startOrder: 'live',
  running: 'live',
  kernelArguments: 'restart',
  vcpus: 'restart',
  memoryMiB: 'restart',
  watchdog: 'restart',
  nics: 'restart',
  fieldLine: 'restart',
  gates: 'live',
};
