// What has to be known of a box to tell what a VM is given with one of its devices. A hardware profile is one of these; so is
// anything else that knows as much. Whatever is absent is not known.
import type { Compute } from './compute.ts';

type Known<T> = T | undefined;

/** Where something hangs: at a PCI function (`0000:02:00.0`) or at a USB port (`1-4.1`). */
export interface Place {
  readonly pciAddress?: Known<string>;
  readonly usbPort?: Known<string>;
}

export interface Box {
  readonly cpu: {
    /** VT-d, or AMD-Vi. */
    readonly vtd?: Known<boolean>;
  };
  /** What its kernel was told to keep for VMs. */
  readonly compute?: Known<Compute>;
  readonly iommu: {
    /** Whether the running kernel uses it. */
    readonly active?: Known<boolean>;
    readonly groups: readonly { readonly group: number; readonly devices: readonly string[] }[];
  };
  readonly pciDevices: readonly {
    readonly address: string;
    /** Class, subclass and interface: `020000`. */
    readonly classCode?: Known<string>;
    readonly device?: Known<string>;
  }[];
  /** Where a disk hangs is its controller, or the USB port of a stick. */
  readonly disks: readonly (Place & {
    readonly name: string;
    /** The host runs from it. */
    readonly boot?: Known<boolean>;
  })[];
  readonly nics: readonly (Place & { readonly interface?: Known<string> })[];
  readonly usb: {
    readonly controllers: readonly { readonly pciAddress: string; readonly buses: readonly number[] }[];
    readonly devices: readonly {
      readonly port: string;
      readonly product?: Known<string>;
      readonly serialNumber?: Known<string>;
      readonly hub?: Known<boolean>;
      readonly controllerPciAddress?: Known<string>;
    }[];
  };
  readonly serialPorts: readonly (Place & {
    readonly device: string;
    readonly carrier: 'uart' | 'usb' | 'pci';
    /** Of an adapter, by its place: `/dev/serial/by-path/…`. */
    readonly stablePath?: Known<string>;
    readonly irq?: Known<number>;
  })[];
  readonly canPorts: readonly (Place & { readonly interface: string })[];
  /** Sockets: the printed label and what is behind it. */
  readonly ports: readonly {
    readonly label: string;
    /** The box is managed through it. */
    readonly management?: Known<boolean>;
    readonly address: Place & { readonly interface?: Known<string>; readonly device?: Known<string> };
  }[];
}

/** A box of which nothing is known. */
export const UNKNOWN_BOX: Box = {
  cpu: {},
  iommu: { groups: [] },
  pciDevices: [],
  disks: [],
  nics: [],
  usb: { controllers: [], devices: [] },
  serialPorts: [],
  canPorts: [],
  ports: [],
};
