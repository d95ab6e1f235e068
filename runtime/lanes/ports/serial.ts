// Bytes of a serial line, raw and for nobody else. What comes in one piece is a frame, unless a protocol
// finds them. WHY only the addon: npm serialport answers
// in the event loop of the main thread whatever thread opened the line, which ends the process. Without the addon a line is held
// open in the main thread, and its frames go through rings.
import { z } from 'zod';
import type { OpenPort, PortContext, PortDriver } from '../engine/port.ts';
import { type BurstAddon, type NativePort, portOf } from '../native/addon.ts';
import { type Framing, framedPort } from '../native/framed-port.ts';
import { nativePort } from '../native/native-port.ts';
import { addonOnly } from '../native/use.ts';

export const SerialOptions = z.strictObject({
  path: z.string().min(1).max(4000),
  baud: z.number().int().min(50).max(4_000_000),
  parity: z.enum(['none', 'odd', 'even']).default('none'),
  stopBits: z.union([z.literal(1), z.literal(2)]).default(1),
});
export type SerialOptions = z.infer<typeof SerialOptions>;

/** As the addon numbers them. */
const PARITY = { none: 0, odd: 1, even: 2 } as const;

export const openPort: OpenPort = (input, context) => {
  return nativePort({ ...openLine(SerialOptions.parse(input)), kind: 'stream' }, context);
};

/** Opens the line for a protocol. @throws Error when it is not there, or the addon */
export function framedSerial(options: SerialOptions, framing: Framing, context: PortContext): PortDriver {
  return framedPort({ ...openLine(options), ...framing }, context);
}

function openLine({ path, baud, parity, stopBits }: SerialOptions): { addon: BurstAddon; port: NativePort } {
  const what = `the serial line ${path}`;
  const addon = addonOnly(what);
  return { addon, port: portOf(addon.openTty(path, baud, PARITY[parity], stopBits), what) };
}
