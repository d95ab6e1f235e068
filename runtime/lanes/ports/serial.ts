// Bytes of a serial line, raw and for nobody else. What comes in one piece is a frame. WHY only the addon: npm serialport answers
// in the event loop of the main thread whatever thread opened the line, which ends the process. Without the addon a line is held
// open in the main thread, and its frames go through rings.
import { z } from 'zod';
import type { OpenPort } from '../engine/port.ts';
import { portOf } from '../native/addon.ts';
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
  const { path, baud, parity, stopBits } = SerialOptions.parse(input);
  const what = `the serial line ${path}`;
  const addon = addonOnly(what);
  const port = portOf(addon.openTty(path, baud, PARITY[parity], stopBits), what);
  return nativePort({ addon, port, kind: 'stream' }, context);
};
