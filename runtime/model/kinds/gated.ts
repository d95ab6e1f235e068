// What of a resource waits for an attestation gate, written where it waits.
import { z } from 'zod';
import { addressOf } from '../address.ts';

/** Closed until the gate opens it, and closed again by itself when the proof is too old, whatever has died meanwhile. */
export const Gated = z.strictObject({
  by: addressOf('gate'),
  /** `block`: nothing passes. `read-only`: what reads passes, where the protocol can tell; only field lines can. */
  otherwise: z.enum(['block', 'read-only']),
});
export type Gated = z.infer<typeof Gated>;
