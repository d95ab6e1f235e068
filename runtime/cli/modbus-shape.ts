// The shape of what `gatewright modbus` prints.
import { z } from 'zod';
import { Head } from './shape-parts.ts';

export const MODBUS_SHAPE = z.strictObject({
  ...Head,
  command: z.literal('modbus'),
  action: z.enum(['read', 'write', 'scan']),
  /** As it was named. */
  device: z.string(),
  /** Not with `scan`. */
  unit: z.number().optional(),
  table: z.enum(['coils', 'discrete', 'holding', 'input']).optional(),
  /** What was read, or was written as the device confirms. Addresses count from 0; a bit is 0 or 1. */
  values: z.array(z.strictObject({ address: z.number(), value: z.number() })).optional(),
  /** With `scan`: the units that something came from. */
  units: z
    .array(
      z.strictObject({
        unit: z.number(),
        /** `garbled`: something came, but no sound answer. */
        answer: z.enum(['value', 'exception', 'garbled']),
        /** Code of the exception. */
        exception: z.number().optional(),
      }),
    )
    .optional(),
  /** Before its end, by a signal. */
  stopped: z.boolean(),
});
