// One thing of a box that somebody can have. Compared as text, so that it can be a key.
import type { Box } from '../../model/box.ts';
import { normalPciAddress } from '../pci-address.ts';

/** A group of the IOMMU and an interrupt are wholes that nobody has alone. */
export type Sort = 'pci' | 'usb' | 'serial' | 'interface' | 'disk' | 'group' | 'irq';
/** `pci 0000:02:00.0`, `usb 1-4.1`, `serial /dev/ttyS0`, `interface can0`, `disk sda`. */
export type Unit = `${Sort} ${string}`;

export function unitOf(sort: Sort, name: string): Unit {
  return `${sort} ${name}`;
}

export function sortOf(unit: Unit): Sort {
  return unit.slice(0, unit.indexOf(' ')) as Sort;
}

export function nameIn(unit: Unit): string {
  return unit.slice(unit.indexOf(' ') + 1);
}

/** What is behind a socket of the box, from the outside in: the device that carries it, and what the kernel made of it. */
export function unitsOf({ pciAddress, usbPort, interface: name, device }: Box['ports'][number]['address']): Unit[] {
  const address = pciAddress === undefined ? undefined : normalPciAddress(pciAddress);
  return [
    ...(name === undefined ? [] : [unitOf('interface', name)]),
    ...(device === undefined ? [] : [unitOf('serial', device)]),
    ...(usbPort === undefined ? [] : [unitOf('usb', usbPort.replace(':', '-'))]),
    ...(address === undefined ? [] : [unitOf('pci', address)]),
  ];
}
