// What is on the buses: PCI devices with their IOMMU groups, USB devices by their ports.
import type { Evidence } from '../evidence.ts';
import { known } from '../import/imported.ts';
import { normalPciAddress, type PciAddress } from '../pci-address.ts';
import { type BoxProfile, type PciDevice, type UsbDevice, UsbPort } from '../profile.ts';
import { type Reading, ueventFields } from './reading.ts';

const PCI = '/sys/bus/pci/devices';
const USB = '/sys/bus/usb/devices';
const GROUPS = '/sys/kernel/iommu_groups';
const read = (source: string): Evidence => ({ '*': { confidence: 'probed', source } });

/** What hangs where: the kernel's names of things by the device that carries them. */
export interface Carriers {
  /** Names in the folder of each PCI device. */
  readonly pci: ReadonlyMap<PciAddress, readonly string[]>;
  /** Names in the folders of the interfaces of each USB device, with the folder they are in. */
  readonly usb: ReadonlyMap<string, readonly { readonly folder: string; readonly names: readonly string[] }[]>;
}

/** Whether the kernel uses an IOMMU, and what it keeps together. */
export async function probeIommu({ names }: Reading): Promise<BoxProfile['iommu']> {
  const numbers = (await names(GROUPS)).filter(name => /^\d{1,5}$/.test(name));
  const groups = await Promise.all(
    numbers.map(async name => ({
      group: Number(name),
      devices: (await names(`${GROUPS}/${name}/devices`)).flatMap(each => normalPciAddress(each) ?? []).slice(0, 1_000),
    })),
  );
  const seen = numbers.length > 0 || (await names('/sys/kernel')).length > 0;
  return { ...(seen ? { active: numbers.length > 0 } : {}), groups: groups.slice(0, 2_000), evidence: read(GROUPS) };
}

export async function probePci(reading: Reading, iommu: BoxProfile['iommu']): Promise<PciDevice[]> {
  const addresses = (await reading.names(PCI)).flatMap(name => normalPciAddress(name) ?? []).slice(0, 2_000);
  return Promise.all(
    addresses.map(async address => {
      const fields = ueventFields(await reading.raw(`${PCI}/${address}/uevent`));
      const [vendorId, deviceId] = (fields.get('PCI_ID') ?? '').toLowerCase().split(':');
      const classCode = (fields.get('PCI_CLASS') ?? '').toLowerCase();
      return {
        address,
        ...known({
          // The kernel leaves out the zeros in front.
          classCode: /^[0-9a-f]{1,6}$/.test(classCode) ? classCode.padStart(6, '0') : undefined,
          vendorId: hex4(vendorId),
          deviceId: hex4(deviceId),
          driver: fields.get('DRIVER')?.slice(0, 64),
          iommuGroup: iommu.groups.find(group => group.devices.includes(address))?.group,
        }),
        evidence: read(PCI),
      };
    }),
  );
}

function hex4(text: string | undefined): string | undefined {
  return /^[0-9a-f]{4}$/.test(text ?? '') ? text : undefined;
}

export async function findCarriers({ names }: Reading, pci: readonly PciDevice[]): Promise<Carriers> {
  const usbNames = await names(USB);
  const usb = new Map<string, { folder: string; names: readonly string[] }[]>();
  for (const name of usbNames) {
    const [port = '', rest] = name.split(':', 2);
    if (rest === undefined || !UsbPort.safeParse(port).success) continue;
    const folder = `${USB}/${name}`;
    usb.set(port, [...(usb.get(port) ?? []), { folder, names: await names(folder) }]);
  }
  const onPci = await Promise.all(pci.map(async ({ address }) => [address, await names(`${PCI}/${address}`)] as const));
  return { pci: new Map(onPci), usb };
}

export async function probeUsb(reading: Reading, { pci }: Carriers): Promise<BoxProfile['usb']> {
  const evidence = read(USB);
  const controllers = [...pci].flatMap(([pciAddress, names]) => {
    const buses = names.flatMap(name => /^usb(\d{1,3})$/.exec(name)?.[1] ?? []).map(Number);
    return buses.length === 0 ? [] : [{ pciAddress, buses: buses.slice(0, 64), evidence }];
  });
  const ports = (await reading.names(USB)).filter(name => UsbPort.safeParse(name).success);
  const devices = await Promise.all(
    ports.slice(0, 1_000).map(async port => {
      const bus = Number(port.split('-', 1)[0]);
      const controllerPciAddress = controllers.find(each => each.buses.includes(bus))?.pciAddress;
      return { ...(await usbDevice(reading, port)), ...known({ controllerPciAddress }), evidence };
    }),
  );
  return { controllers: controllers.slice(0, 100), devices };
}

async function usbDevice({ text }: Reading, port: string): Promise<Omit<UsbDevice, 'evidence'>> {
  const of = (name: string) => text(`${USB}/${port}/${name}`);
  const speed = Number(await of('speed'));
  const deviceClass = await of('bDeviceClass');
  return {
    port,
    ...known({
      vendorId: hex4(await of('idVendor')),
      productId: hex4(await of('idProduct')),
      manufacturer: await of('manufacturer'),
      product: await of('product'),
      serialNumber: await of('serial'),
      hub: deviceClass === undefined ? undefined : deviceClass === '09',
      speedMbps: speed > 0 && speed <= 1_000_000 ? speed : undefined,
    }),
  };
}
