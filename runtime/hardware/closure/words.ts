// How things of a box and claims on it are named for people.
import { parseAddress } from '../../model/address.ts';
import { listed, plainText } from '../../model/plain-text.ts';
import { type Claim, isGiven } from './claim.ts';
import type { Claimed } from './claimed.ts';
import type { Inventory } from './inventory.ts';
import { nameIn, sortOf, type Unit } from './unit.ts';

/** What a PCI device is, by the start of its class [pci.ids]. */
const CLASSES: readonly (readonly [string, string])[] = [
  ['0106', 'SATA controller'],
  ['0108', 'NVMe controller'],
  ['0200', 'network card'],
  ['0280', 'network card'],
  ['0403', 'audio'],
  ['0600', 'host bridge'],
  ['0601', 'ISA bridge'],
  ['0604', 'PCI bridge'],
  ['0700', 'serial ports'],
  ['0780', 'communication device'],
  ['0c03', 'USB controller'],
  ['0c05', 'SMBus'],
  ['0c09', 'CAN'],
];

/** `lan-2 (0000:02:00.0)`, `0000:00:1f.3 (SMBus)`, `the USB device Keyboard at 1-2`, `com1 (/dev/ttyS0)`. */
export function unitName(unit: Unit, inventory: Inventory): string {
  const name = nameIn(unit);
  const label = inventory.labelOf(unit);
  const bare = BARE[sortOf(unit)](name, inventory);
  return label === undefined || label.includes(name)
    ? bare
    : `${plainText(label)} (${sortOf(unit) === 'serial' ? adapter(name) : name})`;
}

const BARE: Readonly<Record<ReturnType<typeof sortOf>, (name: string, inventory: Inventory) => string>> = {
  pci: (name, inventory) => {
    const device = inventory.pciDevice(name);
    const [, sort] = CLASSES.find(([start]) => device?.classCode?.startsWith(start)) ?? [];
    const what = sort ?? device?.device;
    return what === undefined ? name : `${name} (${plainText(what)})`;
  },
  usb: (name, { box }) => {
    const product = box.usb.devices.find(device => device.port === name)?.product;
    return product === undefined ? `the USB port ${name}` : `the USB device ${plainText(product)} at ${name}`;
  },
  serial: name => (name.startsWith('/') ? `the serial port ${name}` : `the serial adapter at ${adapter(name)}`),
  interface: name => name,
  disk: name => `the disk ${name}`,
  group: name => `the IOMMU group ${name}`,
  irq: name => `the interrupt ${name}`,
};

/** Most adapters have one port, which needs no number. */
function adapter(name: string): string {
  return name.replace(/ 0\.0$/, '');
}

export function unitNames(units: readonly Unit[], inventory: Inventory): string {
  return listed(units.map(unit => unitName(unit, inventory)));
}

/** `can-a`, of another design `can-a of cell-7`. */
export function claimName({ claim, isElsewhere }: Claimed): string {
  const label = plainText(claim.label);
  return isElsewhere ? `${label} of ${parseAddress(claim.address)?.gateway}` : label;
}

/** Who has what is claimed: `robot-a`, or the host. */
export function ownerName(claim: Claim): string {
  return isGiven(claim) ? (parseAddress(claim.owner)?.name ?? claim.owner) : 'the host';
}
