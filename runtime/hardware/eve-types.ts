// What LF Edge EVE counts and names in other words than we do, for the import and the export alike: kinds of ports (`ztype`), what
// a port is used for (`usage`), architectures (`arch`). Its devices have numbers, its controllers names.
import type { BoxProfile, PortKind } from './profile.ts';

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
  IO_TYPE_VCAN: 'virtual-can',
  IO_TYPE_LCAN: 'serial-can',
  IO_TYPE_OTHER: 'other',
};
/** Keys of an address as a strict reader takes them. */
export const EVE_ADDRESS_KEYS = ['Ifname', 'PciLong', 'Serial', 'Irq', 'Ioports', 'UsbAddr', 'UsbProduct'] as const;
export type EveAddressKey = (typeof EVE_ADDRESS_KEYS)[number];
const USAGES: Readonly<Record<string, number>> = {
  ADAPTER_USAGE_UNSPECIFIED: 0,
  ADAPTER_USAGE_MANAGEMENT: 1,
  ADAPTER_USAGE_APP_SHARED: 2,
  ADAPTER_USAGE_APP_DIRECT: 3,
  ADAPTER_USAGE_DISABLED: 4,
};
/** The box may be managed through ports of these: beside what applications say, and alone. */
const MANAGEMENT = [1, 5];
const MOST_USAGE = 5;

type Architecture = BoxProfile['cpu']['architecture'];
const ARCHITECTURES: Readonly<Record<string, Architecture>> = {
  2: 'x86_64',
  4: 'aarch64',
  AMD64: 'x86_64',
  ARM64: 'aarch64',
};

/** @param type  number, or name such as `IO_TYPE_ETH`; `undefined` when it is not known */
export function kindOfEve(type: number | string): PortKind | undefined {
  const table: Readonly<Record<string, PortKind>> = typeof type === 'number' ? KIND_OF : NAMED;
  return Object.hasOwn(table, type) ? table[type] : undefined;
}

export function eveOfKind(kind: PortKind): number {
  return Number(Object.entries(KIND_OF).find(([, each]) => each === kind)?.[0] ?? 255);
}

/** @param usage  number or name; `undefined` when it is not known */
export function usageOfEve(usage: number | string): number | undefined {
  if (typeof usage === 'number') return usage <= MOST_USAGE ? usage : undefined;
  return Object.hasOwn(USAGES, usage) ? USAGES[usage] : undefined;
}

export function isManagement(usage: number): boolean {
  return MANAGEMENT.includes(usage);
}

/** The usage of a port through which the box may be managed, where nothing more is known. */
export const MANAGEMENT_USAGE = 1;

/** @param arch  number or name; what is not known is another architecture, and 0 is none */
export function architectureOfEve(arch: number | string): Architecture {
  if (arch === 0) return undefined;
  return Object.hasOwn(ARCHITECTURES, arch) ? ARCHITECTURES[arch] : 'other';
}

export function eveOfArchitecture(architecture: Architecture): number {
  return architecture === 'x86_64' ? 2 : architecture === 'aarch64' ? 4 : 0;
}
