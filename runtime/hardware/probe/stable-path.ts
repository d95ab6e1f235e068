// The name of a serial adapter that stays its own: by the place where it is plugged in. `/dev/ttyUSB0` is whoever came first.
import type { TtyPlace } from './places.ts';

/** Where udev keeps these names. */
export const BY_PATH = '/dev/serial/by-path';

/**
 * The name that leads to an adapter; `undefined` when there is none, or several could be meant.
 * @param controller  PCI address of its USB controller; without one (boxes without PCI) its port alone has to tell
 * @param names       what is in {@link BY_PATH}
 */
export function stablePathOf(
  { usbPort = '', usbInterface = '', portNumber }: TtyPlace,
  controller: string | undefined,
  names: readonly string[],
): string | undefined {
  const chain = usbPort.slice(usbPort.indexOf('-') + 1);
  // `usb` is what all versions of udev write; newer ones add the same name with the version of USB.
  const end = `:${chain}:${usbInterface}${portNumber === undefined ? '' : `-port${portNumber}`}`;
  const found = names.filter(
    name =>
      name.endsWith(end) &&
      /-usb-\d+$/.test(name.slice(0, -end.length)) &&
      (controller === undefined || name.startsWith(`pci-${controller}-`)),
  );
  return found.length === 1 ? `${BY_PATH}/${found[0]}`.slice(0, 200) : undefined;
}
