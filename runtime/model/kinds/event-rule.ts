// A rule of an attestation gate about the events of a measured boot: what may, has to, or must not be measured into one PCR.
import { z } from 'zod';
import { Name } from '../address.ts';
import { COMPONENTS, QUOTED_PCRS } from '../boot-component.ts';

/** How many rules a gate has at most, and how many digests a rule. */
export const [MOST_EVENT_RULES, MOST_RULE_DIGESTS] = [64, 64] as const;

/** Of a kernel, as it shows it in `/proc/cmdline`. */
export const CommandLine = z
  .string()
  .regex(/^[\x20-\x7e]{1,2048}$/, 'a command line is printable ASCII, 2,048 characters at most');

export const EventRule = z.strictObject({
  /** Names the rule in a verdict. */
  id: Name,
  /**
   * `allow`: may be there, besides what was learned. `require`: one of it has to be there, and what was learned of that component in that
   * PCR counts no more. `forbid`: must not be there, whatever was learned.
   */
  action: z.enum(['allow', 'require', 'forbid']),
  pcr: z.literal(QUOTED_PCRS),
  /** What the measurement is of. */
  component: z.enum(COMPONENTS),
  /** SHA-256 of what was measured, in hex, sorted. */
  digests: z.array(z.string().regex(/^[0-9a-f]{64}$/, '64 small hex digits')).max(MOST_RULE_DIGESTS),
  /** A command line, in place of digests. */
  commandLine: CommandLine.optional(),
});
export type EventRule = z.infer<typeof EventRule>;
