// What the commands below `keys` print with `--json`.
import { z } from 'zod';
import { Head } from './shape-parts.ts';

export const KEYS_SHAPE = z.strictObject({
  ...Head,
  command: z.literal('keys'),
  action: z.enum(['create', 'show', 'sign']),
  /** Of the owner of the box; absent when there are no keys. */
  certificate: z
    .strictObject({ path: z.string(), sha256: z.string(), validTo: z.string(), pem: z.string() })
    .optional(),
});
