// Where a connector is on the buses of the box, for a VM that shall own what is behind it. A name of Linux (`enp3s0`, `can0`) means
// nothing to a guest; the profile knows the device that carries it.
import type { BoxProfile, PortAddress } from '../../runtime/hardware/profile.ts';
import { parseAttach } from '../../runtime/model/attach-text.ts';
import { Attach } from '../../runtime/model/kinds/device.ts';
import { portNamed } from './sockets.ts';

interface Drawn {
  readonly label: string;
  readonly device: string;
}

interface Carrier {
  readonly pciAddress?: string | undefined;
  readonly usbPort?: string | undefined;
}

/** `undefined` when neither the device says where it is nor the profile knows it. */
export function attachOf({ label, device }: Drawn, box: BoxProfile): Attach | undefined {
  const port = portNamed(box, label);
  const address: PortAddress = port?.address ?? {};
  const said = address.interface ?? address.device ?? '';
  // Whoever wrote another device into the connector means that one.
  if (device !== '' && device !== said) return parseAttach(device) ?? fromCarrier(carrierOf(device, box));
  // The controller of a USB socket carries other sockets too; nobody who wires one means them.
  if (port?.kind === 'usb') return fromCarrier({ usbPort: address.usbPort });
  return fromPath(address.device) ?? fromCarrier(address) ?? fromCarrier(carrierOf(said, box));
}

/** What carries a network card, a CAN interface or a serial port that Linux calls so. */
function carrierOf(name: string, { nics, canPorts, serialPorts }: BoxProfile): Carrier {
  const interfaces = [...nics, ...canPorts].find(each => each.interface === name);
  return interfaces ?? serialPorts.find(({ device, stablePath }) => device === name || stablePath === name) ?? {};
}

function fromPath(path: string | undefined): Attach | undefined {
  return Attach.safeParse({ by: 'serial', path }).data;
}

function fromCarrier({ pciAddress, usbPort }: Carrier): Attach | undefined {
  if (usbPort !== undefined) return Attach.safeParse({ by: 'usb', port: usbPort.replace(':', '-') }).data;
  return Attach.safeParse({ by: 'pci', functions: [pciAddress] }).data;
}
