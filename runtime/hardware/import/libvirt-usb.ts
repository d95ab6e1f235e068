// USB devices as libvirt tells them. Their port is the last part of their path in sysfs.
import type { Evidence } from '../evidence.ts';
import { type UsbDevice, UsbPort } from '../profile.ts';
import { cleanText, known } from './imported.ts';
import { child, children, textAt, type XmlElement } from './libvirt-xml.ts';

/** The kernel makes no longer ones. */
const LONGEST_PATH = 4_096;

/** The port in a path such as `/sys/devices/pci0000:00/0000:00:14.0/usb1/1-4/1-4:1.0/net/wwan0`. */
export function usbPortOf(path: string): string | undefined {
  return path
    .slice(0, LONGEST_PATH)
    .split('/')
    .map(part => part.split(':', 1)[0] ?? '')
    .findLast(part => UsbPort.safeParse(part).success);
}

/** `undefined` for what is no USB device with a port of its own, such as the root of a bus. */
export function usbDeviceOf(device: XmlElement, evidence: Evidence): UsbDevice | undefined {
  const usb = children(device, 'capability').find(each => each['@type'] === 'usb_device');
  const port = usbPortOf(textAt(device, 'path') ?? '');
  if (usb === undefined || port === undefined) return undefined;
  const vendor = child(usb, 'vendor');
  const model = child(usb, 'product');
  return {
    port,
    ...known({
      vendorId: id(vendor?.['@id']),
      productId: id(model?.['@id']),
      manufacturer: cleanText(vendor?.['#text']),
      product: cleanText(model?.['#text']),
    }),
    evidence: { ...evidence },
  };
}

function id(value: unknown): string | undefined {
  return typeof value === 'string' ? /^0x([0-9a-f]{4})$/.exec(value)?.[1] : undefined;
}
