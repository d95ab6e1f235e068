// A device of the box that one VM owns: the guest's own driver has it, and the host lets it alone. Named by what stays when
// it is unplugged and when the box starts anew.
import { z } from 'zod';
import { addressOf, Name } from '../address.ts';
import { NUMBERED_PORT } from '../serial-name.ts';

/** Domain, bus, device and function as `lspci -D` shows them: `0000:02:00.0`. */
export const PciFunction = z
  .string()
  .regex(/^[0-9a-f]{4}:[0-9a-f]{2}:[01][0-9a-f]\.[0-7]$/, 'a PCI address is written as 0000:02:00.0');

/** A physical USB port: the bus, then the port of each hub on the way, `1-4.1`. */
export const UsbPort = z
  .string()
  .regex(/^[1-9]\d{0,2}-[1-9]\d{0,2}(?:\.[1-9]\d{0,2}){0,5}$/, 'a USB port is written as 1-4.1');

const UsbId = z.string().regex(/^[0-9a-f]{4}$/, 'an id of a USB device has four hex digits');

/** A serial port by a name that stays: of its place, of its adapter, or of a port of the board. */
export const SerialPath = z
  .string()
  .max(250)
  .regex(/^\/dev(?:\/(?!\.{1,2}(?:\/|$))[!-.0-~]+)+$/, 'a serial port is a path below /dev')
  .refine(path => !NUMBERED_PORT.test(path), 'the number of an adapter may be another one after the next start');

export const Attach = z.discriminatedUnion('by', [
  /** All functions that go together, sorted. */
  z.strictObject({ by: z.literal('pci'), functions: z.array(PciFunction).min(1).max(16) }),
  /** Whatever is plugged in there; with ids, only that device. */
  z.strictObject({ by: z.literal('usb'), port: UsbPort, vendorId: UsbId.optional(), productId: UsbId.optional() }),
  z.strictObject({ by: z.literal('serial'), path: SerialPath }),
]);
export type Attach = z.infer<typeof Attach>;

export const DeviceSpec = z.strictObject({
  /** Who owns it. */
  vm: addressOf('vm'),
  tenant: Name,
  /** As printed at the box, or else the name of its bus. */
  label: Name,
  attach: Attach,
  /** The device is there and the VM has it. Always true in a design; what is observed may differ. */
  plugged: z.boolean(),
});
export type DeviceSpec = z.infer<typeof DeviceSpec>;
