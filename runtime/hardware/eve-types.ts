// Kinds of ports as LF Edge EVE counts them (`ztype`), for the import and the export alike.
import type { PortKind } from './profile.ts';

const KIND_OF: Readonly<Record<number, PortKind>> = {
  1: 'ethernet',
  2: 'usb',
  3: 'serial',
  4: 'audio',
  5: 'wifi',
  6: 'cellular',
  7: 'display',
  9: 'nvme',
  10: 'sata',
  11: 'ethernet-pf',
  12: 'ethernet-vf',
  13: 'usb-controller',
  14: 'usb-device',
  15: 'can',
  16: 'virtual-can',
  17: 'serial-can',
  255: 'other',
};
const NAMED: Readonly<Record<string, PortKind>> = {
  IO_TYPE_ETH: 'ethernet',
  IO_TYPE_USB: 'usb',
  IO_TYPE_COM: 'serial',
  IO_TYPE_AUDIO: 'audio',
  IO_TYPE_WLAN: 'wifi',
  IO_TYPE_WWAN: 'cellular',
  IO_TYPE_HDMI: 'display',
  IO_TYPE_USB_CONTROLLER: 'usb-controller',
  IO_TYPE_USB_DEVICE: 'usb-device',
  IO_TYPE_CAN: 'can',
  IO_TYPE_OTHER: 'other',
};
/** Keys of an address as a strict reader takes them. */
export const EVE_ADDRESS_KEYS = ['Ifname', 'PciLong', 'Serial', 'Irq', 'Ioports', 'UsbAddr', 'UsbProduct'] as const;
export type EveAddressKey = (typeof EVE_ADDRESS_KEYS)[number];
/** The network ports an EVE may be managed through have this `usage`. */
export const EVE_MANAGEMENT = 1;

/** @param type  number, or name such as `IO_TYPE_ETH`; `undefined` when it is not known */
export function kindOfEve(type: number | string): PortKind | undefined {
  const table: Readonly<Record<string, PortKind>> = typeof type === 'number' ? KIND_OF : NAMED;
  return Object.hasOwn(table, type) ? table[type] : undefined;
}

export function eveOfKind(kind: PortKind): number {
  return Number(Object.entries(KIND_OF).find(([, each]) => each === kind)?.[0] ?? 255);
}
