// Which port the stable name of a serial adapter means: udev makes names of the place where it is plugged in and of the
// serial number of its maker. One port may have several names, and all of them have to be the same thing here.
import type { Box } from '../../model/box.ts';
import { type Unit, unitOf } from './unit.ts';

/** `/dev/serial/by-path/pci-0000:00:14.0-usb-0:4.1:1.0-port0`; newer ones say `usbv2`. */
const BY_PATH = /^\/dev\/serial\/by-path\/pci-([0-9a-f:.]{12})-usb(?:v\d)?-\d+:([\d.]+):\d+\.(\d+)(?:-port(\d+))?$/;
/** `/dev/serial/by-id/usb-FTDI_FT232R_USB_UART_A50285BI-if00-port0`. */
const BY_ID = /^\/dev\/serial\/by-id\/usb-(\S+)-if([0-9a-f]{2})(?:-port(\d+))?$/;

export interface SerialName {
  readonly unit: Unit;
  /** Where the adapter is plugged in. */
  readonly usbPort?: string;
}

/** Reads names of serial ports of one box. */
export function serialNamesOf({ usb, serialPorts }: Box): (path: string) => SerialName {
  const controllers = new Map(usb.controllers.map(each => [each.pciAddress, each.buses]));
  const ports = new Set(usb.devices.map(device => device.port));
  const numbered = usb.devices.flatMap(({ port, serialNumber = '' }) =>
    serialNumber === '' ? [] : [{ port, serialNumber }],
  );
  const onUsb = new Map(
    serialPorts.flatMap(({ device, usbPort }) => (usbPort === undefined ? [] : [[device, usbPort]])),
  );
  const sharing = Map.groupBy(onUsb.values(), usbPort => usbPort);
  const stable = new Map(serialPorts.map(({ device, stablePath }) => [device, stablePath]));

  const byPath = (path: string): SerialName | undefined => {
    const [, address = '', chain, part, port] = BY_PATH.exec(path) ?? [];
    const [first, ...others] = (controllers.get(address) ?? []).map(bus => `${bus}-${chain}`);
    const usbPort = [first, ...others].find(each => each !== undefined && ports.has(each)) ?? first;
    return usbPort === undefined ? undefined : adapterPort(usbPort, Number(part), port);
  };
  const byId = (path: string): SerialName | undefined => {
    const [, name, part, port] = BY_ID.exec(path) ?? [];
    const found = numbered.filter(({ serialNumber }) => name?.endsWith(`_${serialNumber.replace(/[^\w.-]/g, '_')}`));
    const [device] = found;
    return device === undefined || found.length > 1
      ? undefined
      : adapterPort(device.port, Number.parseInt(part ?? '', 16), port);
  };
  /** The kernel's number of a port whose stable name is known, or of the only port of an adapter. */
  const byNumber = (path: string): SerialName | undefined => {
    const usbPort = onUsb.get(path);
    if (usbPort === undefined) return undefined;
    const known = byPath(stable.get(path) ?? '');
    if (known !== undefined) return known;
    return sharing.get(usbPort)?.length === 1
      ? adapterPort(usbPort, 0, '0')
      : { unit: unitOf('serial', path), usbPort };
  };
  return path => byPath(path) ?? byId(path) ?? byNumber(path) ?? { unit: unitOf('serial', path) };
}

/** @param part  number of the interface of the USB device @param port  of that interface, where it has several */
function adapterPort(usbPort: string, part: number, port = '0'): SerialName {
  return { unit: unitOf('serial', `USB ${usbPort} ${part}.${port}`), usbPort };
}
