// What the PCI devices of a box say about its other parts: IOMMU groups, network cards, USB controllers.
import type { Evidence } from '../evidence.ts';
import type { BoxProfile, Nic, PciDevice } from '../profile.ts';
import { known } from './imported.ts';

/** IOMMU groups with their members, from devices that know theirs. */
export function groupsOf(devices: readonly PciDevice[]): BoxProfile['iommu']['groups'] {
  const numbers = [...new Set(devices.flatMap(device => device.iommuGroup ?? []))].sort((a, b) => a - b);
  return numbers.map(group => ({
    group,
    devices: devices.filter(device => device.iommuGroup === group).map(device => device.address),
  }));
}

/** Network cards by their class, Ethernet and others, without what only a running kernel knows. */
export function nicsOf(devices: readonly PciDevice[], evidence: Evidence): Nic[] {
  return devices
    .filter(device => device.classCode?.startsWith('02'))
    .map(({ address, driver, iommuGroup }) => ({ pciAddress: address, ...known({ driver, iommuGroup }), evidence }));
}

/** USB controllers (class 0c03); the numbers of their buses are not known. */
export function usbControllersOf(devices: readonly PciDevice[], evidence: Evidence): BoxProfile['usb']['controllers'] {
  return devices
    .filter(device => device.classCode?.startsWith('0c03'))
    .map(device => ({ pciAddress: device.address, buses: [], evidence }));
}
