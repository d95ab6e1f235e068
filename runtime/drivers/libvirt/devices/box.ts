// What the box says of a device right now: whether it is there, and what the kernel calls it this time. Reads the kernel's own
// files, and never writes.
import type { Host } from '../../../host/host.ts';
import type { Attach } from '../../../model/kinds/device.ts';
import { hex } from '../owned-parts.ts';
import type { XmlTree } from '../xml.ts';

/** One element of a domain without alias and slot. */
export interface Part {
  readonly kind: 'hostdev' | 'serial';
  readonly tree: XmlTree;
}

/** A device that is there. */
export interface Present {
  /** What its domain has for it, part by part. */
  readonly parts: readonly Part[];
  /** Another one after each plugging in, where the parts do not tell; else empty. */
  readonly instance: string;
}

/** A device, or in words why there is none: `nothing is plugged into USB port 1-4.1`. */
export type Look = Present | { readonly absent: string };

export function look(host: Host, attach: Attach): Promise<Look> {
  switch (attach.by) {
    case 'pci':
      return lookAtPci(host, attach.functions);
    case 'usb':
      return lookAtUsb(host, attach);
    case 'serial':
      return lookAtSerial(host, attach.path);
  }
}

async function lookAtPci(host: Host, functions: readonly string[]): Promise<Look> {
  const found = await Promise.all(functions.map(one => readPci(host, one)));
  const missing = functions.filter((_, index) => found[index] === undefined);
  if (missing.length > 0) return { absent: `there is no PCI device ${missing.join(', ')}` };
  return { parts: partsOf({ by: 'pci', functions: [...functions] }), instance: '' };
}

/** What a domain has of a device wherever its numbers do not change; nothing of a USB device. */
export function partsOf(attach: Attach): readonly Part[] {
  if (attach.by === 'pci') return attach.functions.map(pciPart);
  return attach.by === 'serial' ? [serialPart(attach.path)] : [];
}

export interface PciDevice {
  /** Driver of the kernel that has it; absent = none. */
  readonly driver?: string;
  /** Class, subclass and interface: `20000` of a network card. */
  readonly class: string;
}

/** @param address  `0000:02:00.0` @returns `undefined` when there is none */
export async function readPci(host: Host, address: string): Promise<PciDevice | undefined> {
  const text = await host.readFile(`/sys/bus/pci/devices/${address}/uevent`);
  if (text === undefined) return undefined;
  const driver = /^DRIVER=(\S+)$/m.exec(text)?.[1];
  return { class: /^PCI_CLASS=(\S+)$/m.exec(text)?.[1] ?? '', ...(driver === undefined ? {} : { driver }) };
}

/** Members of the IOMMU group of a function, itself included; none where there is no IOMMU. */
export function groupOf(host: Host, address: string): Promise<readonly string[]> {
  return host.list(`/sys/bus/pci/devices/${address}/iommu_group/devices`);
}

function pciPart(address: string): Part {
  const [domain = 0, bus = 0, slot = 0, called = 0] = address.split(/[:.]/).map(part => Number.parseInt(part, 16));
  const at = {
    ...{ '@domain': hex(domain, 4), '@bus': hex(bus, 2) },
    ...{ '@slot': hex(slot, 2), '@function': hex(called, 1) },
  };
  return {
    kind: 'hostdev',
    tree: { '@mode': 'subsystem', '@type': 'pci', '@managed': 'yes', source: { address: at } },
  };
}

type UsbAttach = Extract<Attach, { by: 'usb' }>;

async function lookAtUsb(host: Host, { port, vendorId, productId }: UsbAttach): Promise<Look> {
  const read = async (file: string) => (await host.readFile(`/sys/bus/usb/devices/${port}/${file}`))?.trim();
  const [bus, number, vendor, product] = await Promise.all(['busnum', 'devnum', 'idVendor', 'idProduct'].map(read));
  const [busNumber, deviceNumber] = [wholeNumber(bus), wholeNumber(number)];
  if (busNumber === undefined || deviceNumber === undefined || vendor === undefined || product === undefined)
    return { absent: `nothing is plugged into USB port ${port}` };
  if (vendorId !== undefined && (vendorId !== vendor || productId !== product))
    return { absent: `${vendor}:${product} is plugged into USB port ${port}, and not ${vendorId}:${productId}` };
  return { parts: [usbPart({ bus: busNumber, number: deviceNumber, vendor, product })], instance: '' };
}

interface UsbDevice {
  readonly bus: number;
  readonly number: number;
  readonly vendor: string;
  readonly product: string;
}

/** WHY ids beside the numbers: a VM that starts when another device has these numbers starts without it. */
function usbPart({ bus, number, vendor, product }: UsbDevice): Part {
  const source = {
    '@startupPolicy': 'optional',
    vendor: { '@id': `0x${vendor}` },
    product: { '@id': `0x${product}` },
    address: { '@bus': String(bus), '@device': String(number) },
  };
  return { kind: 'hostdev', tree: { '@mode': 'subsystem', '@type': 'usb', '@managed': 'yes', source } };
}

/**
 * WHY the inode: what opened an adapter that was unplugged holds nothing any more, though the path is there again. The kernel
 * makes a new node at each plugging in.
 */
async function lookAtSerial(host: Host, path: string): Promise<Look> {
  const { code, stdout } = await host.run(['stat', '--dereference', '--format=%F %i', path]);
  const instance = /^character special file (\d+)\n$/.exec(stdout)?.[1];
  if (code !== 0 || instance === undefined) return { absent: `there is no serial port ${path}` };
  return { parts: [serialPart(path)], instance };
}

function serialPart(path: string): Part {
  return { kind: 'serial', tree: { '@type': 'dev', source: { '@path': path } } };
}

function wholeNumber(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,5}$/.test(text) ? Number(text) : undefined;
}
