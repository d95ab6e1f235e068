// Codes of the model of the box: reading it, and what is wrong with it.
import type { CodeEntry } from './entry.ts';

export const HARDWARE_CODES = {
  GW_PROFILE_FORM: {
    fault: 'user',
    meaning: 'A file is no hardware profile and nothing that one can be made from.',
    remedy: 'Give a profile, an EVE hardware model, XML of libvirt, or what `lspci -vmmnnk` printed.',
  },
  GW_PROFILE_SHAPE: {
    fault: 'user',
    meaning: 'A hardware profile does not have the documented shape.',
    remedy: 'Correct what the message names; the shape is in docs/schema/hardware-profile.schema.json.',
  },
  GW_PROFILE_TOO_LARGE: {
    fault: 'user',
    meaning: 'A file is larger than any description of one box.',
    remedy: 'Give the description of one box only.',
  },
  GW_PROFILE_ROW_SKIPPED: {
    fault: 'user',
    meaning: 'A row of an imported file cannot be read and was left out.',
    remedy: 'Correct the row and import the file again.',
  },
  GW_PROFILE_VALUE: {
    fault: 'user',
    meaning: 'A value of an imported file is none that it could have and was left out.',
    remedy: 'Correct the value and import the file again.',
  },
  GW_PROFILE_KEY_CASE: {
    fault: 'user',
    meaning: 'A key of an imported row is not written as the others are, so a strict reader overlooks it.',
    remedy: 'Write it as the message says.',
  },
  GW_PROFILE_KEY_UNKNOWN: {
    fault: 'user',
    meaning: 'An imported row has a key that is not known and was left out.',
    remedy: 'Check its spelling; delete it when it means nothing.',
  },
  GW_PROFILE_LABEL_TWICE: {
    fault: 'user',
    meaning: 'Two rows have one label or one name, so a drawing cannot tell them apart.',
    remedy: 'Give each row the label that is printed at its socket.',
  },
  GW_PROFILE_IRQ_SPLIT: {
    fault: 'user',
    meaning:
      'Ports that share one interrupt are in different groups, or one of them stays with the host; they only go together.',
    remedy: 'Put them into one group, or give one of them another interrupt in the firmware.',
  },
  GW_PROFILE_PCI_MALFORMED: {
    fault: 'user',
    meaning: 'What stands as a PCI address is none.',
    remedy: 'Write domain, bus, device and function in lower case, such as 0000:00:1f.2; `lspci -D` shows them.',
  },
  GW_PROFILE_PCI_SWAPPED: {
    fault: 'user',
    meaning: 'Bus and device of a PCI address seem to be the wrong way round.',
    remedy: 'Compare the address with `lspci -D` on the box, and correct it.',
  },
  GW_PROFILE_PCI_SPLIT: {
    fault: 'user',
    meaning:
      'Functions of one PCI device are in different groups, or one of them stays with the host; they only go together.',
    remedy: 'Put all functions of the device into one group.',
  },
  GW_PROFILE_ADDRESS_MISSING: {
    fault: 'user',
    meaning: 'A port may be given to a VM, but nothing says where it is.',
    remedy: 'Add its PCI address, USB port or serial device, or take it out of its group.',
  },
  GW_PROFILE_GROUP_EMPTY: {
    fault: 'user',
    meaning: 'A port has an address and no group, so it can never be given to a VM.',
    remedy: 'Name its group, or mark it as used by the host.',
  },
  GW_PROFILE_GROUP_UNKNOWN: {
    fault: 'user',
    meaning: 'A row names a group above it that no row is in.',
    remedy: 'Correct the name, or add the row of that group.',
  },
  GW_PROFILE_USB_AMBIGUOUS: {
    fault: 'user',
    meaning: 'A USB device is named by vendor and product only, and two could match.',
    remedy: 'Name the USB port it is plugged into, such as 1:4.1.',
  },
  GW_PROFILE_LINE_TYPE: {
    fault: 'user',
    meaning: 'Nothing says whether a serial port is RS-232, RS-422 or RS-485.',
    remedy: 'Look it up in the data sheet or the firmware settings and add it.',
  },
  GW_PROFILE_MANAGEMENT: {
    fault: 'user',
    meaning: 'The network card through which the box is managed may be given to a VM.',
    remedy: 'Take it out of its group: who gives it away loses the box.',
  },
  GW_PROFILE_UNSOURCED: {
    fault: 'user',
    meaning: 'A field is claimed as a fact, and nothing says where it comes from.',
    remedy: 'Add its confidence and its source, or leave the field out.',
  },
  GW_PROFILE_UNSEEN: {
    fault: 'host',
    meaning: 'A probe could not see a part of the box, so the profile says nothing of it.',
    remedy: 'Probe again as root and outside of containers, or write down what you know of it.',
  },
  GW_PROFILE_IOMMU_OFF: {
    fault: 'host',
    meaning: 'PCI devices may be given to VMs, but this host has no IOMMU that works.',
    remedy: 'Switch VT-d on in the firmware and the kernel; on a CPU without it use USB or serial redirection.',
  },
  GW_PROFILE_IOMMU_SPLIT: {
    fault: 'host',
    meaning: 'Devices of one IOMMU group of this host are in different groups of the profile.',
    remedy: 'Put them into one group: an IOMMU group goes to one VM as a whole.',
  },
  GW_PROFILE_IOMMU_NEIGHBOUR: {
    fault: 'host',
    meaning: 'A device goes to a VM only with others of its IOMMU group that its group does not name.',
    remedy: 'Add them to the group, plug the card into another slot, or use USB or serial redirection.',
  },
  GW_PROFILE_DEVICE_ABSENT: {
    fault: 'host',
    meaning: 'This host has no device at the address a row names.',
    remedy: 'Compare with `gatewright probe` on that host; correct the address, or choose the profile of the real box.',
  },
} as const satisfies Record<string, CodeEntry>;
