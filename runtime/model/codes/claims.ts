// Codes of what drawings want of a box: what goes along with a device, and who has it already.
import type { CodeEntry } from './entry.ts';

export const CLAIM_CODES = {
  GW_CLAIM_IOMMU: {
    fault: 'host',
    meaning: 'A PCI device is given to a VM, and the box has no IOMMU that works.',
    remedy: 'Give the device by its USB port or its serial port, share it, or switch VT-d on where the CPU has it.',
  },
  GW_CLAIM_GROUP: {
    fault: 'user',
    meaning: 'A PCI device goes to a VM only together with its whole IOMMU group, and not all of it is given.',
    remedy: 'Name all functions of the group in one bus, or use another device.',
  },
  GW_CLAIM_BRIDGE: {
    fault: 'user',
    meaning: 'A bridge between PCI buses is given to a VM, and no VM can have one.',
    remedy: 'Name the device behind the bridge; the bridge itself stays with the host.',
  },
  GW_CLAIM_IRQ: {
    fault: 'user',
    meaning: 'Two serial ports share one interrupt and have two owners.',
    remedy: 'Give both to one VM, or give one of them another interrupt in the firmware.',
  },
  GW_CLAIM_CONTROLLER: {
    fault: 'user',
    meaning: 'A USB controller is given to a VM, and a device behind it is used by somebody else.',
    remedy: 'Give the VM what it needs by USB port instead of the whole controller.',
  },
  GW_CLAIM_MANAGEMENT: {
    fault: 'user',
    meaning: 'With a device the VM would take the network card through which the box is managed.',
    remedy: 'Use another device: who gives this one away loses the box.',
  },
  GW_CLAIM_BOOT_DISK: {
    fault: 'user',
    meaning: 'With a device the VM would take the disk that the host runs from.',
    remedy: 'Use another device: without this one the host stops.',
  },
  GW_CLAIM_UPLINK: {
    fault: 'user',
    meaning: 'With a device the VM would take a network card that the drawing uses as an uplink.',
    remedy: 'Use another card for the uplink, or for the VM.',
  },
  GW_CLAIM_TWICE: {
    fault: 'user',
    meaning: 'One device of the box is wanted by two.',
    remedy: 'Keep one of them, or share the device.',
  },
  GW_CLAIM_ELSEWHERE: {
    fault: 'user',
    meaning: 'A device of the box is in use by another design on the same host.',
    remedy: 'Use another device, or release it in the design that the message names.',
  },
  GW_CLAIM_ABSENT: {
    fault: 'host',
    meaning: 'The box has no device at a PCI address that is given to a VM.',
    remedy: 'Compare the address with `gatewright probe` on the box, and correct it.',
  },
  GW_CLAIM_UNPROVEN: {
    fault: 'user',
    meaning: 'Nothing is known of the IOMMU of the box, so it is open what goes along with a PCI device.',
    remedy:
      'Choose the profile of the real box in its hardware node; the agent proves it in any case before it applies.',
  },
  GW_CLAIM_RECORD: {
    fault: 'host',
    meaning: 'What another gateway of the host holds is recorded in a file that cannot be understood.',
    remedy: 'Start the agent of that gateway once, which writes it anew; when the gateway is gone, delete the file.',
  },
} as const satisfies Record<string, CodeEntry>;
