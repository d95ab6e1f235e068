// What the XML of a domain says of devices of the box that its guest owns: the marks that say whose they are, the elements that
// bring them in, and the slots they are plugged into. The VM is made equal to its spec around them.
import { z } from 'zod';
import { type Address, parseAddress } from '../../model/address.ts';
import type { XmlTree } from './xml.ts';

/** Namespace of the marks. Not that of VMs: libvirt keeps one element for each. */
export const DEVICES_URI = 'https://gatewright.dev/ns/device/1';
/** Prefix of that namespace in what we write. */
export const DEVICES_PREFIX = 'gwdevice';

/** libvirt keeps aliases that begin with `ua-` as they were given. */
const DEVICE_ALIAS = 'ua-gw-device-';
const SLOT_ALIAS = 'ua-gw-slot-';

/** Mark of one device in the metadata of its domain: it comes first and goes last. */
export interface DeviceMark {
  readonly address: Address<'device'>;
  readonly generation: number;
  readonly tenant: string;
  readonly label: string;
  /** As `attach-text.ts` writes it. */
  readonly attach: string;
  /** Which plugging in was given to the guest, where its element does not tell. */
  readonly instance: string;
}

/** One element of a domain that brings in a device, or a function of it. */
export interface OwnedElement {
  readonly kind: 'hostdev' | 'serial';
  readonly alias: string;
  readonly tree: XmlTree;
}

export interface OwnedParts {
  readonly marks: readonly DeviceMark[];
  /** Sorted by alias. */
  readonly elements: readonly OwnedElement[];
  /** Numbers of the buses that devices are plugged into. */
  readonly slots: readonly number[];
  /** It has a USB controller for devices of the box. */
  readonly usb: boolean;
}

const Mark = z.object({
  '@address': z.string(),
  '@generation': z.string().regex(/^\d{1,10}$/),
  '@tenant': z.string(),
  '@label': z.string(),
  '@attach': z.string(),
  '@instance': z.string().default(''),
});
const Aliased = z.object({ alias: z.object({ '@name': z.string() }) });
const Slot = z.object({ '@index': z.string(), alias: z.object({ '@name': z.string().startsWith(SLOT_ALIAS) }) });
const UsbController = z.object({ '@type': z.literal('usb'), '@model': z.literal('qemu-xhci') });
const Devices = z.object({
  hostdev: z.array(z.unknown()).optional(),
  serial: z.array(z.unknown()).optional(),
  controller: z.array(z.unknown()).optional(),
});
const Domain = z.object({ domain: z.object({ metadata: z.unknown(), devices: Devices }) });

/** @param tree  a parsed domain */
export function readOwnedParts(tree: unknown): OwnedParts {
  const parsed = Domain.safeParse(tree);
  if (!parsed.success) return { marks: [], elements: [], slots: [], usb: false };
  const { metadata, devices } = parsed.data.domain;
  const controllers = devices.controller ?? [];
  return {
    marks: readMarks(metadata),
    elements: [...elementsOf('hostdev', devices.hostdev), ...elementsOf('serial', devices.serial)].sort((a, b) =>
      a.alias < b.alias ? -1 : 1,
    ),
    slots: controllers.flatMap(one => {
      const slot = Slot.safeParse(one);
      return slot.success ? [Number(slot.data['@index'])] : [];
    }),
    usb: controllers.some(one => UsbController.safeParse(one).success),
  };
}

/** A mark that cannot be read is nobody's, and what it marked is taken for foreign. */
function readMarks(metadata: unknown): readonly DeviceMark[] {
  if (typeof metadata !== 'object' || metadata === null) return [];
  return Object.entries(metadata).flatMap(([name, element]) => {
    const prefix = /^([^:]+):devices$/.exec(name)?.[1];
    if (prefix === undefined || (element as Record<string, unknown>)[`@xmlns:${prefix}`] !== DEVICES_URI) return [];
    // libvirt writes the prefix before children too, once it has written the element by itself.
    return ['device', `${prefix}:device`].flatMap(child => {
      const marks = (element as Record<string, unknown>)[child] ?? [];
      return (Array.isArray(marks) ? marks : [marks]).flatMap(readMark);
    });
  });
}

function readMark(element: unknown): readonly DeviceMark[] {
  const { data } = Mark.safeParse(element);
  if (data === undefined || parseAddress(data['@address'])?.kind !== 'device') return [];
  return [
    {
      address: data['@address'] as Address<'device'>,
      generation: Number(data['@generation']),
      tenant: data['@tenant'],
      label: data['@label'],
      attach: data['@attach'],
      instance: data['@instance'],
    },
  ];
}

function elementsOf(kind: OwnedElement['kind'], elements: readonly unknown[] = []): readonly OwnedElement[] {
  return elements.flatMap(tree => {
    const alias = Aliased.safeParse(tree).data?.alias['@name'];
    return alias?.startsWith(DEVICE_ALIAS) === true ? [{ kind, alias, tree: tree as XmlTree }] : [];
  });
}

/** The marks as children of one element, without its namespace. */
export function formatMarks(marks: readonly DeviceMark[]): XmlTree {
  return {
    device: marks.map(({ address, generation, tenant, label, attach, instance }) => ({
      ...{ '@address': address, '@generation': String(generation), '@tenant': tenant, '@label': label },
      ...{ '@attach': attach, '@instance': instance },
    })),
  };
}

/** The alias of one part of a device. Names have no underscores, so no two devices meet. */
export function aliasOf(address: Address<'device'>, part: number): string {
  return `${aliasesOf(address)}${part}`;
}

/** What the aliases of all parts of a device begin with. */
export function aliasesOf(address: Address<'device'>): string {
  const { gateway, name } = parseAddress(address) ?? { gateway: '', name: '' };
  return `${DEVICE_ALIAS}${gateway}_${name.replaceAll('.', '__')}_`;
}

/** PCI buses that libvirt fills by itself come first: network cards, and what every guest has. */
const OWN_BUSES = 8;

/** Numbers of the buses of a guest's slots. */
export function slotBuses(slots: number, nics: number): readonly number[] {
  return Array.from({ length: slots }, (_, index) => OWN_BUSES + nics + index);
}

/** The slots as libvirt wants them. WHY the root before: numbers of buses are given in order. */
export function formatSlots(buses: readonly number[]): readonly XmlTree[] {
  if (buses.length === 0) return [];
  return [
    { '@type': 'pci', '@index': '0', '@model': 'pcie-root' },
    ...buses.map((bus, index) => ({
      ...{ '@type': 'pci', '@index': String(bus), '@model': 'pcie-root-port' },
      alias: { '@name': `${SLOT_ALIAS}${index}` },
    })),
  ];
}

/** Whether an element is plugged into a slot; a USB device is not. */
export function needsSlot({ kind, tree }: Pick<OwnedElement, 'kind' | 'tree'>): boolean {
  return kind === 'serial' || tree['@type'] === 'pci';
}

/** The bus that an element is plugged into. */
export function busOf({ tree }: OwnedElement): number | undefined {
  const address = tree.address as XmlTree | undefined;
  const bus = address?.['@type'] === 'pci' ? address['@bus'] : undefined;
  return typeof bus === 'string' ? Number(bus) : undefined;
}

/** An element at the slot of a bus. */
export function plugInto<T extends Pick<OwnedElement, 'tree'>>(element: T, bus: number): T {
  const address = { '@type': 'pci', '@domain': '0x0000', '@bus': hex(bus, 2), '@slot': '0x00', '@function': '0x0' };
  return { ...element, tree: { ...element.tree, address } };
}

/** `0x02`. */
export function hex(value: number, digits: number): string {
  return `0x${value.toString(16).padStart(digits, '0')}`;
}
