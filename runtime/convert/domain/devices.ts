// Devices of the box that a domain has alone: each becomes a bus that is passed through.
import { child, children, type XmlElement } from '../../hardware/import/libvirt-xml.ts';
import { formatAttach, parseAttach } from '../../model/attach-text.ts';
import { quoted } from '../../model/plain-text.ts';
import { attribute } from './read-domain.ts';
import { type DomainPart, lostPart } from './report.ts';

export interface DomainDevice {
  /** `PCI device 0000:02:00.0` */
  readonly what: string;
  /** As a bus stores it. */
  readonly device: string;
  /** Its name before anything is known of it. */
  readonly name: string;
}

const MOST_DEVICES = 64;

interface Found {
  readonly devices: readonly DomainDevice[];
  readonly parts: readonly DomainPart[];
}

export function devicesOf(domain: XmlElement): Found {
  const devices = child(domain, 'devices');
  const cards = children(devices, 'interface').filter(one => attribute(one, 'type') === 'hostdev');
  const given = [...children(devices, 'hostdev'), ...cards].slice(0, MOST_DEVICES);
  const pci = given.flatMap(one => pciFunction(one) ?? []);
  const found = [...bySlot(pci), ...given.flatMap(one => (pciFunction(one) === undefined ? [otherDevice(one)] : []))];
  const ports = children(devices, 'serial').filter(one => attribute(one, 'type') === 'dev');
  return split([...found, ...ports.slice(0, MOST_DEVICES).map(serialPort)]);
}

function split(all: readonly (DomainDevice | DomainPart)[]): Found {
  return {
    devices: all.flatMap(one => ('device' in one ? [one] : [])),
    parts: all.flatMap(one => ('device' in one ? [] : [one])),
  };
}

/** `0000:02:00.0`; `undefined` for what is no PCI device. */
function pciFunction(element: XmlElement): string | undefined {
  const address = child(element, 'source', 'address');
  const isPci = attribute(element, 'type') === 'pci' || attribute(address, 'type') === 'pci';
  if (!isPci || address === undefined) return undefined;
  const hex = (name: string, digits: number) => hexOf(attribute(address, name), digits);
  const [bus, slot, number] = [hex('bus', 2), hex('slot', 2), hex('function', 1) ?? '0'];
  return bus === undefined || slot === undefined ? undefined : `${hex('domain', 4) ?? '0000'}:${bus}:${slot}.${number}`;
}

function hexOf(text: string, digits: number): string | undefined {
  const number = /^0x[0-9a-f]{1,4}$|^\d{1,4}$/i.test(text) ? Number(text) : undefined;
  return number === undefined ? undefined : number.toString(16).padStart(digits, '0');
}

/** Functions of one slot go together. */
function bySlot(functions: readonly string[]): readonly (DomainDevice | DomainPart)[] {
  const slots = Map.groupBy(new Set(functions), address => address.replace(/\.\w$/, ''));
  return [...slots].map(([slot, all]) => deviceOf(`PCI device ${slot}`, all.join(' '), `pci-${slot}`));
}

function deviceOf(what: string, text: string, name: string): DomainDevice | DomainPart {
  const attach = parseAttach(text);
  if (attach !== undefined) return { what, device: formatAttach(attach), name };
  return lostPart(
    what,
    `${quoted(text)} is no device that stays the same. Draw a bus and write its PCI address, USB port or path by-path.`,
  );
}

function otherDevice(element: XmlElement): DomainDevice | DomainPart {
  const type = attribute(element, 'type');
  const source = child(element, 'source');
  const [vendor, product] = [attribute(child(source, 'vendor'), 'id'), attribute(child(source, 'product'), 'id')];
  if (type === 'usb')
    return lostPart(
      vendor === '' ? 'USB device' : `USB device ${quoted(`${vendor}:${product}`)}`,
      'The XML names the device, not the socket it is plugged into. Draw a bus that is passed through and write the port, such as 1-4.1.',
    );
  return lostPart(
    `device of the host by ${quoted(type)}`,
    'Only PCI devices, USB ports and serial ports can be given to a VM. Draw what it needs.',
  );
}

function serialPort(element: XmlElement): DomainDevice | DomainPart {
  const path = attribute(child(element, 'source'), 'path');
  return deviceOf(`serial port ${quoted(path)}`, path, `serial-${path}`);
}
