// Moments of a clock that only goes forward. The wall clock can be set, so nothing that has to expire is counted by it.
import { z } from 'zod';

/** A moment of a clock that runs as long as the verifier's machine does. */
export const Moment = z.strictObject({
  /** Which run of the machine; Linux names each in /proc/sys/kernel/random/boot_id. */
  boot: z.string().min(1).max(100),
  /** Milliseconds since it began, sleep included. */
  ms: z.number().min(0),
});
export type Moment = z.output<typeof Moment>;

/** Infinite for what was in another run of the machine, or is still to come: nobody knows how long ago that is. */
export function ageMs(then: Moment, now: Moment): number {
  return then.boot === now.boot && then.ms <= now.ms ? now.ms - then.ms : Number.POSITIVE_INFINITY;
}
