// How a person writes which device of the box is meant, in one field: PCI functions, a USB port, or a serial port.
import { Attach } from './kinds/device.ts';

const PCI = /^[0-9a-f]{4}:[0-9a-f]{2}:[0-9a-f]{2}\.[0-9a-f]$/i;
const USB_IDS = /^([0-9a-f]{4}):([0-9a-f]{4})$/i;

/**
 * Reads `0000:02:00.0 0000:02:00.1`, `1-4.1`, `1-4.1 0403:6001` or `/dev/serial/by-path/…`.
 * @returns `undefined` for text that names no device, or one by what does not stay
 */
export function parseAttach(text: string): Attach | undefined {
  const words = text.trim().split(/[\s,]+/);
  const [first = '', second] = words;
  const parsed = Attach.safeParse(
    first.startsWith('/')
      ? { by: 'serial', path: text.trim() }
      : words.every(word => PCI.test(word))
        ? { by: 'pci', functions: [...new Set(words.map(word => word.toLowerCase()))].sort() }
        : words.length <= 2 && { by: 'usb', port: first, ...usbIds(second) },
  );
  return parsed.success ? parsed.data : undefined;
}

/** What is no pair of ids becomes one that the schema refuses. */
function usbIds(text: string | undefined): object {
  if (text === undefined) return {};
  const [, vendorId = '', productId = ''] = USB_IDS.exec(text.toLowerCase()) ?? [];
  return { vendorId, productId };
}

/** The device in one line, as {@link parseAttach} reads it. */
export function formatAttach(attach: Attach): string {
  switch (attach.by) {
    case 'pci':
      return attach.functions.join(' ');
    case 'usb':
      return attach.vendorId === undefined ? attach.port : `${attach.port} ${attach.vendorId}:${attach.productId}`;
    case 'serial':
      return attach.path;
  }
}
