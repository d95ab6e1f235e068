// Codes of devices of the box as they are given to VMs.
import type { CodeEntry } from './entry.ts';

export const DEVICE_HOST_CODES = {
  GW_DEVICE_ABSENT: {
    fault: 'host',
    meaning: 'A device that a VM shall own is not there.',
    remedy: 'Plug it in, or correct where it is, then apply again.',
  },
  GW_DEVICE_HELD: {
    fault: 'host',
    meaning: 'A guest does not let go of a device that shall be taken from it.',
    remedy: 'Stop the VM, then apply again: a VM that is off holds nothing.',
  },
} as const satisfies Record<string, CodeEntry>;
