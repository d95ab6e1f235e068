// Where things of the kernel are: the PCI device or the USB port that carries a network card or a serial port.
import { known } from '../import/imported.ts';
import type { Carriers } from './buses.ts';
import type { Reading } from './reading.ts';

export interface Place {
  readonly pciAddress?: string;
  readonly usbPort?: string;
}

export interface TtyPlace extends Place {
  /** Configuration and interface of the USB device: `1.0`. */
  readonly usbInterface?: string;
  /** Of an adapter with several ports on one interface, and of some with one. */
  readonly portNumber?: number;
}

/** Where each network interface is; one that is made by software is not among them. */
export async function placesOfInterfaces({ names }: Reading, carriers: Carriers): Promise<ReadonlyMap<string, Place>> {
  const places = new Map<string, Place>();
  const put = async (folder: string, place: Place) => {
    for (const name of await names(`${folder}/net`)) places.set(name, place);
  };
  for (const [pciAddress, inside] of carriers.pci) {
    const folder = `/sys/bus/pci/devices/${pciAddress}`;
    if (inside.includes('net')) await put(folder, { pciAddress });
    for (const virtio of inside.filter(name => /^virtio\d+$/.test(name)))
      await put(`${folder}/${virtio}`, { pciAddress });
  }
  for (const [usbPort, parts] of carriers.usb)
    for (const { folder, names: inside } of parts) if (inside.includes('net')) await put(folder, { usbPort });
  return places;
}

/** Where each `ttyUSB0`, `ttyACM0` or `ttyS4` is that does not belong to the board itself. */
export async function placesOfTtys(
  { names, number }: Reading,
  carriers: Carriers,
): Promise<ReadonlyMap<string, TtyPlace>> {
  const places = new Map<string, TtyPlace>();
  const put = async (folder: string, inside: readonly string[], place: TtyPlace) => {
    for (const name of inside.filter(each => /^ttyUSB\d+$/.test(each)))
      places.set(name, { ...place, ...known({ portNumber: await number(`${folder}/${name}/port_number`) }) });
    if (inside.includes('tty')) for (const name of await names(`${folder}/tty`)) places.set(name, place);
  };
  for (const [pciAddress, inside] of carriers.pci) {
    const folder = `/sys/bus/pci/devices/${pciAddress}`;
    await put(folder, inside, { pciAddress });
    // Kernels since 6.5 put a controller and its ports between the device and the tty.
    for (const controller of inside.filter(name => name.startsWith(`${pciAddress}:`)))
      for (const line of await names(`${folder}/${controller}`))
        if (line.startsWith(`${controller}.`)) await put(`${folder}/${controller}/${line}`, ['tty'], { pciAddress });
  }
  for (const [usbPort, parts] of carriers.usb)
    for (const { folder, names: inside } of parts)
      await put(folder, inside, { usbPort, usbInterface: folder.slice(folder.lastIndexOf(':') + 1) });
  return places;
}

/** The fields of a place that are known. */
export function placeFields(place: Place | undefined): Place {
  return known({ pciAddress: place?.pciAddress, usbPort: place?.usbPort });
}
