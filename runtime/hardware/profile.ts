// The model of a box: everything it has that a drawing may use or must leave alone. A field that is absent is not known;
// `false` says that it is not there. docs/hardware-profile.md tells it in words.
import { z } from 'zod';
import { Compute } from '../model/compute.ts';
import { Evidence } from './evidence.ts';
import { PciAddress } from './pci-address.ts';

/** Grows when a reader of the old shape would misunderstand the new one. */
export const PROFILE_VERSION = 1;

const short = z.string().max(64);
const text = z.string().max(200);
const count = z.number().int().min(0).max(1_000_000_000);
const hex4 = z.string().regex(/^[0-9a-f]{4}$/);
/** Bus and the chain of ports, as the kernel names it: `1-4.1`. */
export const UsbPort = z.string().regex(/^\d{1,3}-\d{1,3}(\.\d{1,3}){0,6}$/);
const group = z.number().int().min(0).max(100_000);
const evidence = Evidence;

const Identity = z.strictObject({
  vendor: text.optional(),
  model: text.optional(),
  productUrl: z.string().max(500).optional(),
  systemVendor: text.optional(),
  productName: text.optional(),
  boardVendor: text.optional(),
  boardName: text.optional(),
  biosVendor: text.optional(),
  biosVersion: text.optional(),
  biosDate: text.optional(),
  evidence,
});

const Cpu = z.strictObject({
  architecture: z.enum(['x86_64', 'aarch64', 'armv7l', 'other']).optional(),
  brand: text.optional(),
  sockets: count.optional(),
  cores: count.optional(),
  threads: count.optional(),
  /** Runs VMs in hardware: VT-x, or AMD-V. */
  vtx: z.boolean().optional(),
  /** Second-level address translation: EPT, or nested paging. */
  ept: z.boolean().optional(),
  /** Can give devices to VMs: VT-d, or AMD-Vi. */
  vtd: z.boolean().optional(),
  evidence,
});

const Iommu = z.strictObject({
  /** Whether the running kernel uses it. */
  active: z.boolean().optional(),
  groups: z.array(z.strictObject({ group, devices: z.array(PciAddress).max(1_000) })).max(2_000),
  evidence,
});

export const PciDevice = z.strictObject({
  address: PciAddress,
  /** Class, subclass and interface: `020000`. */
  classCode: z
    .string()
    .regex(/^[0-9a-f]{6}$/)
    .optional(),
  vendorId: hex4.optional(),
  deviceId: hex4.optional(),
  vendor: text.optional(),
  device: text.optional(),
  driver: short.optional(),
  iommuGroup: group.optional(),
  evidence,
});
export type PciDevice = z.infer<typeof PciDevice>;

const Disk = z.strictObject({
  name: short,
  sizeMiB: count.optional(),
  model: text.optional(),
  serialNumber: text.optional(),
  bus: z.enum(['nvme', 'sata', 'mmc', 'virtio', 'usb', 'other']).optional(),
  rotating: z.boolean().optional(),
  removable: z.boolean().optional(),
  /** The host runs from it. */
  boot: z.boolean().optional(),
  /** Of the controller that it hangs on. */
  pciAddress: PciAddress.optional(),
  usbPort: UsbPort.optional(),
  evidence,
});
export type Disk = z.infer<typeof Disk>;

const Nic = z.strictObject({
  interface: short.optional(),
  mac: z
    .string()
    .regex(/^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/)
    .optional(),
  pciAddress: PciAddress.optional(),
  usbPort: UsbPort.optional(),
  driver: short.optional(),
  speedMbps: count.optional(),
  /** Most virtual functions; 0 = cannot be shared so. */
  sriovFunctions: count.optional(),
  iommuGroup: group.optional(),
  evidence,
});
export type Nic = z.infer<typeof Nic>;

const UsbController = z.strictObject({ pciAddress: PciAddress, buses: z.array(count).max(64), evidence });
const UsbDevice = z.strictObject({
  port: UsbPort,
  vendorId: hex4.optional(),
  productId: hex4.optional(),
  manufacturer: text.optional(),
  product: text.optional(),
  serialNumber: text.optional(),
  hub: z.boolean().optional(),
  speedMbps: z.number().min(0).max(1_000_000).optional(),
  controllerPciAddress: PciAddress.optional(),
  evidence,
});
export type UsbDevice = z.infer<typeof UsbDevice>;

export const LineType = z.enum(['rs232', 'rs422', 'rs485', 'rs422-485', 'rs232-485', 'rs232-422-485']);
export type LineType = z.infer<typeof LineType>;
const IoPorts = z.string().regex(/^[0-9a-f]{1,8}-[0-9a-f]{1,8}$/);

const SerialPort = z.strictObject({
  device: short,
  /** Leads to it wherever it is numbered: `/dev/serial/by-path/pci-0000:00:14.0-usb-0:4.1:1.0-port0`. */
  stablePath: text.optional(),
  carrier: z.enum(['uart', 'usb', 'pci']),
  lineType: LineType.optional(),
  irq: count.optional(),
  /** First and last I/O port in hexadecimal: `3f8-3ff`. */
  ioPorts: IoPorts.optional(),
  usbPort: UsbPort.optional(),
  pciAddress: PciAddress.optional(),
  evidence,
});
export type SerialPort = z.infer<typeof SerialPort>;

const CanPort = z.strictObject({
  interface: short,
  carrier: z.enum(['pci', 'usb', 'spi', 'serial-line', 'platform']),
  pciAddress: PciAddress.optional(),
  usbPort: UsbPort.optional(),
  evidence,
});
export type CanPort = z.infer<typeof CanPort>;

const Gpio = z.strictObject({ chip: short, label: text.optional(), lines: count.optional(), evidence });
const Radio = z.strictObject({
  kind: z.enum(['wifi', 'bluetooth', 'cellular', 'lora', 'zigbee', 'gnss', 'other']),
  interface: short.optional(),
  pciAddress: PciAddress.optional(),
  usbPort: UsbPort.optional(),
  evidence,
});
export type Radio = z.infer<typeof Radio>;

const Tpm = z.strictObject({
  present: z.boolean().optional(),
  version: z.enum(['1.2', '2.0']).optional(),
  device: short.optional(),
  /** Hash algorithms of its register banks: `sha256`. */
  banks: z.array(short).max(20).optional(),
  evidence,
});

const Firmware = z.strictObject({
  kind: z.enum(['uefi', 'bios', 'device-tree']).optional(),
  secureBoot: z.boolean().optional(),
  /** Whether anybody may still set the keys of Secure Boot. */
  setupMode: z.boolean().optional(),
  evidence,
});

export const PortKind = z.enum([
  'ethernet',
  'usb',
  'usb-controller',
  'usb-device',
  'serial',
  'audio',
  'wifi',
  'cellular',
  'display',
  'nvme',
  'sata',
  'ethernet-pf',
  'ethernet-vf',
  'can',
  'virtual-can',
  'serial-can',
  'gpio',
  'tpm',
  'other',
]);
export type PortKind = z.infer<typeof PortKind>;

/** Where a port is, as somebody wrote it: what is wrong in it is found by the lint and not by the reader. */
const PortAddress = z.strictObject({
  pciAddress: short.optional(),
  /** `1-4.1`, or `1:4.1` as EVE writes it. */
  usbPort: short.optional(),
  /** Vendor and product: `0403:6001`. */
  usbProduct: short.optional(),
  interface: short.optional(),
  device: text.optional(),
  irq: count.optional(),
  ioPorts: IoPorts.optional(),
});
export type PortAddress = z.infer<typeof PortAddress>;

/** A socket of the box: the label printed beside it, and the address behind it. */
export const BoxPort = z.strictObject({
  label: short.min(1),
  /** Its name in drawings where that is not the label. */
  name: short.optional(),
  kind: PortKind,
  /** What has the same group goes to one VM together; without one it stays with the host. */
  group: short.optional(),
  parentGroup: short.optional(),
  /** The box is managed through it. */
  management: z.boolean().optional(),
  address: PortAddress,
  lineType: LineType.optional(),
  /** Where it is seen: place in a picture, in percent from its left and upper edge. */
  photo: z
    .strictObject({ file: text, xPercent: z.number().min(0).max(100), yPercent: z.number().min(0).max(100) })
    .optional(),
  /** What EVE keeps of a row and nothing else needs. */
  eve: z.strictObject({ type: count.optional(), usage: count.optional(), cost: count.optional() }).optional(),
  evidence,
});
export type BoxPort = z.infer<typeof BoxPort>;

const Eve = z.strictObject({
  arch: count.optional(),
  productStatus: text.optional(),
  attributes: z.record(short, text),
  logo: z.record(short, z.string().max(500)),
  evidence,
});

export const BoxProfile = z.strictObject({
  schema: z.literal('gatewright-hardware-profile'),
  version: z.literal(PROFILE_VERSION),
  identity: Identity,
  cpu: Cpu,
  memory: z.strictObject({ totalMiB: count.optional(), evidence }),
  /** What its kernel was told to keep for VMs. */
  compute: Compute.extend({ evidence }).optional(),
  iommu: Iommu,
  pciDevices: z.array(PciDevice).max(2_000),
  disks: z.array(Disk).max(500),
  nics: z.array(Nic).max(1_000),
  usb: z.strictObject({
    controllers: z.array(UsbController).max(100),
    devices: z.array(UsbDevice).max(1_000),
  }),
  serialPorts: z.array(SerialPort).max(500),
  canPorts: z.array(CanPort).max(500),
  gpio: z.array(Gpio).max(500),
  radios: z.array(Radio).max(100),
  tpm: Tpm,
  firmware: Firmware,
  ports: z.array(BoxPort).max(2_000),
  eve: Eve.optional(),
});
export type BoxProfile = z.infer<typeof BoxProfile>;

/** A profile that knows nothing yet. */
export function emptyProfile(): BoxProfile {
  const evidence = {};
  return {
    schema: 'gatewright-hardware-profile',
    version: PROFILE_VERSION,
    identity: { evidence },
    cpu: { evidence },
    memory: { evidence },
    iommu: { groups: [], evidence },
    pciDevices: [],
    disks: [],
    nics: [],
    usb: { controllers: [], devices: [] },
    serialPorts: [],
    canPorts: [],
    gpio: [],
    radios: [],
    tpm: { evidence },
    firmware: { evidence },
    ports: [],
  };
}
