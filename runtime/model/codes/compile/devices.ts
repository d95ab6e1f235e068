// Codes about devices of the box that one VM owns: how they are drawn, and how they are given to it.

export const DEVICE_CODES = {
  GW_DEVICE_PLACE: {
    fault: 'user',
    meaning: 'A bus that gives its device to a VM does not say which device of the box that is.',
    remedy: 'Wire a connector of the hardware node to it whose place is known, or write the device.',
  },
  GW_DEVICE_UNSTABLE: {
    fault: 'user',
    meaning: 'A device that one VM owns is named by a number that the next start may give to another.',
    remedy: 'Name it by its place: below /dev/serial/by-path, by USB port, or by PCI address.',
  },
  GW_DEVICE_OWNERS: {
    fault: 'user',
    meaning: 'A bus that gives its device to a VM is wired to several.',
    remedy: 'Keep one wire, or let the host own the bus and share it.',
  },
  GW_DEVICE_FIREWALL: {
    fault: 'user',
    meaning: 'A firewall is drawn before a device that one VM owns, where the gateway sees nothing.',
    remedy: 'Let the host own the bus and share it, or wire it to the VM without a firewall.',
  },
} as const;
