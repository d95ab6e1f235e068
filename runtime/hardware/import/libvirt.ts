// Devices (`virsh nodedev-dumpxml`, one or many) and capabilities (`virsh capabilities`) of a host of libvirt.
import { GatewrightError } from '../../model/errors.ts';
import type { Evidence } from '../evidence.ts';
import { normalPciAddress, type PciAddress } from '../pci-address.ts';
import { type BoxProfile, emptyProfile, type Nic, type PciDevice } from '../profile.ts';
import { groupsOf, nicsOf, usbControllersOf } from './from-pci.ts';
import { cleanText, type Imported, known, wholeNumber } from './imported.ts';
import { usbDeviceOf, usbPortOf } from './libvirt-usb.ts';
import { child, children, readXml, textAt, type XmlElement } from './libvirt-xml.ts';

const EVIDENCE: Evidence = { '*': { confidence: 'probed', source: 'libvirt' } };
const MOST_DEVICES = 2_000;

/** Whether a text is XML of one of these forms. */
export function isLibvirt(text: string): boolean {
  return /^<(device|devices|capabilities)[\s/>]/.test(withoutProlog(text));
}

/**
 * @param text  one document, several in a row, or devices inside `<devices>`
 * @throws GatewrightError GW_PROFILE_FORM when it is not well-formed XML or has no device in it
 */
export function importLibvirt(text: string): Imported {
  const plain = withoutProlog(text);
  // `virsh` prints one document after the other, each with its root at the edge.
  const parts = plain.startsWith('<devices') ? [plain] : plain.split(/^(?=<(?:device|capabilities)>\s*$)/m);
  const documents = parts.filter(part => part.trim() !== '').map(readXml);
  const devices = documents.flatMap(document => [
    ...children(document, 'device'),
    ...children(child(document, 'devices'), 'device'),
  ]);
  const capabilities = documents.flatMap(document => children(document, 'capabilities'))[0];
  if (devices.length === 0 && capabilities === undefined)
    throw new GatewrightError('GW_PROFILE_FORM', 'the XML has neither devices nor capabilities of a host of libvirt');
  return { profile: profileOf(devices.slice(0, MOST_DEVICES), capabilities), findings: [] };
}

/** Every document may begin with a declaration of XML. */
function withoutProlog(text: string): string {
  return text.replace(/<\?xml[^>]{0,200}>/g, '').trim();
}

function profileOf(devices: readonly XmlElement[], capabilities: XmlElement | undefined): BoxProfile {
  const pci = uniqueDevices(devices.flatMap(device => pciDeviceOf(device) ?? []));
  const groups = withMembers(groupsOf(pci), devices);
  const usb = devices.flatMap(device => usbDeviceOf(device, EVIDENCE) ?? []);
  const cpu = child(capabilities, 'host', 'cpu');
  const topology = child(cpu, 'topology');
  const [sockets, cores, threads] = ['@sockets', '@cores', '@threads'].map(name => wholeNumber(topology?.[name]));
  const iommu = child(capabilities, 'host', 'iommu')?.['@support'];
  return {
    ...emptyProfile(),
    identity: { ...known(identityOf(devices)), evidence: EVIDENCE },
    cpu: {
      ...known({
        architecture: architectureOf(textAt(cpu, 'arch')),
        brand: cleanText(textAt(cpu, 'model')),
        sockets,
        cores: product(sockets, cores),
        threads: product(sockets, cores, threads),
        vtd: iommu === 'yes' ? true : undefined,
      }),
      evidence: EVIDENCE,
    },
    memory: { ...known({ totalMiB: memoryOf(capabilities) }), evidence: EVIDENCE },
    iommu: {
      ...known({ active: groups.length > 0 || iommu === 'yes' ? true : iommu === 'no' ? false : undefined }),
      groups,
      evidence: EVIDENCE,
    },
    pciDevices: pci,
    disks: devices.flatMap(device => diskOf(device) ?? []).slice(0, 500),
    nics: nicsWithInterfaces(devices, pci).slice(0, 1_000),
    usb: { controllers: usbControllersOf(pci, EVIDENCE).slice(0, 100), devices: usb.slice(0, 1_000) },
  };
}

function identityOf(devices: readonly XmlElement[]): Record<string, string | undefined> {
  const system = devices.flatMap(device => capability(device, 'system') ?? [])[0];
  return {
    systemVendor: cleanText(textAt(system, 'hardware', 'vendor')),
    productName: cleanText(textAt(system, 'product')) ?? cleanText(textAt(system, 'hardware', 'product')),
    biosVendor: cleanText(textAt(system, 'firmware', 'vendor')),
    biosVersion: cleanText(textAt(system, 'firmware', 'version')),
    biosDate: cleanText(textAt(system, 'firmware', 'release_date')),
  };
}

function architectureOf(written: string | undefined): BoxProfile['cpu']['architecture'] {
  if (written === undefined) return undefined;
  return written === 'x86_64' || written === 'aarch64' || written === 'armv7l' ? written : 'other';
}

function memoryOf(capabilities: XmlElement | undefined): number | undefined {
  const cells = children(child(capabilities, 'host', 'topology', 'cells'), 'cell');
  const sizes = cells.flatMap(cell => wholeNumber(textAt(cell, 'memory')) ?? []);
  return sizes.length === 0 ? undefined : wholeNumber(Math.round(sizes.reduce((a, b) => a + b, 0) / 1024));
}

function product(...factors: readonly (number | undefined)[]): number | undefined {
  const all = factors.flatMap(factor => factor ?? []);
  return all.length === factors.length ? wholeNumber(all.reduce((a, b) => a * b, 1)) : undefined;
}

function capability(device: XmlElement, type: string): XmlElement | undefined {
  return children(device, 'capability').find(each => each['@type'] === type);
}

function pciDeviceOf(device: XmlElement): PciDevice | undefined {
  const pci = capability(device, 'pci');
  const address = pci === undefined ? undefined : addressOf(pci);
  if (pci === undefined || address === undefined) return undefined;
  const vendor = child(pci, 'vendor');
  const model = child(pci, 'product');
  return {
    address,
    ...known({
      classCode: hex(textAt(pci, 'class'), 6),
      vendorId: hex(vendor?.['@id'], 4),
      vendor: cleanText(vendor?.['#text']),
      deviceId: hex(model?.['@id'], 4),
      device: cleanText(model?.['#text']),
      driver: cleanText(textAt(device, 'driver', 'name'), 64),
      iommuGroup: groupNumber(child(pci, 'iommuGroup')?.['@number']),
    }),
    evidence: EVIDENCE,
  };
}

/** Each device names every member of its group, those too that were not asked about. */
function withMembers(groups: BoxProfile['iommu']['groups'], devices: readonly XmlElement[]): typeof groups {
  const members = new Map(groups.map(({ group, devices: known }) => [group, new Set(known)]));
  for (const device of devices) {
    const iommuGroup = child(capability(device, 'pci'), 'iommuGroup');
    const named = members.get(groupNumber(iommuGroup?.['@number']) ?? -1);
    for (const address of children(iommuGroup, 'address')) {
      const member = addressFrom(['@domain', '@bus', '@slot', '@function'].map(name => hexNumber(address[name])));
      if (member !== undefined) named?.add(member);
    }
  }
  return [...members].map(([group, all]) => ({ group, devices: [...all].sort().slice(0, 1_000) }));
}

function hexNumber(value: unknown): number | undefined {
  return typeof value === 'string' && /^0x[0-9a-f]{1,4}$/i.test(value) ? Number(value) : wholeNumber(value);
}

function groupNumber(value: unknown): number | undefined {
  const number = wholeNumber(value);
  return number !== undefined && number <= 100_000 ? number : undefined;
}

function addressOf(pci: XmlElement): PciAddress | undefined {
  return addressFrom(['domain', 'bus', 'slot', 'function'].map(name => wholeNumber(textAt(pci, name))));
}

function addressFrom([domain, bus, slot, fn]: readonly (number | undefined)[]): PciAddress | undefined {
  if (domain === undefined || bus === undefined || slot === undefined || fn === undefined) return undefined;
  const pad = (number: number, width: number) => number.toString(16).padStart(width, '0');
  return normalPciAddress(`${pad(domain, 4)}:${pad(bus, 2)}:${pad(slot, 2)}.${pad(fn, 1)}`);
}

/** The digits of `0x10d3`. */
function hex(value: unknown, digits: number): string | undefined {
  const text = typeof value === 'string' ? value.toLowerCase().replace(/^0x/, '') : '';
  return /^[0-9a-f]+$/.test(text) && text.length === digits ? text : undefined;
}

function uniqueDevices(devices: readonly PciDevice[]): PciDevice[] {
  return [...new Map(devices.map(device => [device.address, device])).values()];
}

/** Network cards by their class, with what the interfaces on them say. */
function nicsWithInterfaces(devices: readonly XmlElement[], pci: readonly PciDevice[]): Nic[] {
  const interfaces = new Map<string, Nic>();
  for (const device of devices) {
    const net = capability(device, 'net');
    if (net === undefined) continue;
    const mac = textAt(net, 'address')?.toLowerCase() ?? '';
    const parent = textAt(device, 'parent') ?? '';
    const pciAddress = pciOfName(parent);
    const nic = {
      ...known({
        interface: cleanText(textAt(net, 'interface'), 64),
        mac: /^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/.test(mac) ? mac : undefined,
        speedMbps: wholeNumber(child(net, 'link')?.['@speed']),
        pciAddress,
        usbPort: usbPortOf(textAt(device, 'path') ?? ''),
      }),
      evidence: EVIDENCE,
    };
    // An interface on neither is made by software.
    if (nic.pciAddress !== undefined || nic.usbPort !== undefined) interfaces.set(pciAddress ?? parent, nic);
  }
  const functions = virtualFunctionsOf(devices);
  const cards = nicsOf(pci, EVIDENCE).map(nic => ({
    ...nic,
    ...known({ sriovFunctions: functions.get(nic.pciAddress ?? '') }),
    ...interfaces.get(nic.pciAddress ?? ''),
  }));
  const placed = new Set(cards.map(nic => nic.pciAddress));
  return [...cards, ...[...interfaces.values()].filter(nic => !placed.has(nic.pciAddress))];
}

/** How many virtual functions each PCI device may have at most; libvirt names only those that can have some. */
function virtualFunctionsOf(devices: readonly XmlElement[]): ReadonlyMap<PciAddress, number> {
  const found = new Map<PciAddress, number>();
  for (const device of devices) {
    const pci = capability(device, 'pci');
    const address = pci === undefined ? undefined : addressOf(pci);
    const most = wholeNumber(
      children(pci, 'capability').find(each => each['@type'] === 'virt_functions')?.['@maxCount'],
    );
    if (address !== undefined && most !== undefined) found.set(address, most);
  }
  return found;
}

/** The address in `pci_0000_00_02_0`. */
function pciOfName(name: string): PciAddress | undefined {
  const [, domain, bus, slot, fn] = /^pci_([0-9a-f]{4})_([0-9a-f]{2})_([0-9a-f]{2})_([0-7])$/.exec(name) ?? [];
  return normalPciAddress(`${domain}:${bus}:${slot}.${fn}`);
}

function diskOf(device: XmlElement): BoxProfile['disks'][number] | undefined {
  const storage = capability(device, 'storage');
  const name = cleanText(textAt(storage, 'block')?.replace(/^\/dev\//, ''), 64);
  if (storage === undefined || name === undefined || textAt(storage, 'drive_type') !== 'disk') return undefined;
  const bytes = Number(textAt(storage, 'size') ?? Number.NaN);
  const sizeMiB = Number.isFinite(bytes) ? wholeNumber(Math.floor(bytes / 1024 / 1024)) : undefined;
  const model = cleanText(textAt(storage, 'model'));
  return { name, ...known({ sizeMiB, model, serialNumber: cleanText(textAt(storage, 'serial')) }), evidence: EVIDENCE };
}
