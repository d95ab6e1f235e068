// Frames of a CAN interface of the host, as `struct canfd_frame`: 16 bytes, or 72 for FD, which say so in their flags. Only the
// addon reads them: from memory that the kernel writes them to where it may (CAP_NET_RAW, a kernel since 6.3 or 6.1.72), else from a
// socket.
import { z } from 'zod';
import type { OpenPort } from '../engine/port.ts';
import { portOf } from '../native/addon.ts';
import { nativePort } from '../native/native-port.ts';
import { addonOnly } from '../native/use.ts';

export const CanOptions = z.strictObject({
  interface: z
    .string()
    .min(1)
    .max(15)
    .regex(/^[^\s/:]+$/),
});
export type CanOptions = z.infer<typeof CanOptions>;

export const openPort: OpenPort = (input, context) => {
  const { interface: name } = CanOptions.parse(input);
  const what = `the CAN interface ${name}`;
  const addon = addonOnly(what);
  const port = portOf(addon.openCan(name), what);
  return nativePort({ addon, port, kind: 'packets' }, context);
};
