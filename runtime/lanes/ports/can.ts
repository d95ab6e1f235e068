// Frames of a CAN interface of the host, as `struct canfd_frame`: 16 bytes, or 72 for FD. Only the addon reads them.
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

const FD_BYTES = 72;
const FLAGS = 5;
const IS_FD = 4;

export const openPort: OpenPort = (input, context) => {
  const { interface: name } = CanOptions.parse(input);
  const what = `the CAN interface ${name}`;
  const addon = addonOnly(what);
  const port = portOf(addon.openCan(name), what);
  return nativePort({ addon, port, kind: 'packets', arrived: markFd }, context);
};

/** Older kernels leave it to the length to say so. */
function markFd(bytes: Uint8Array, at: number, length: number): void {
  if (length === FD_BYTES) bytes[at + FLAGS] = (bytes[at + FLAGS] ?? 0) | IS_FD;
}
