// What a machine may run, as plain data: golden values of PCRs, or allowed events where the values change from boot to boot. What the
// policy does not allow is not allowed.
import { z } from 'zod';
import { COMPONENTS } from '../model/boot-component.ts';
import { MOST_EVENTS } from './event-log.ts';
import { HASH_BYTES, STRONG_HASH_NAMES } from './tpm/algorithms.ts';

/** A digest or a name in hex. */
export const Hex = z
  .string()
  .max(2 * 65_536)
  .regex(/^([0-9a-f]{2})*$/, 'two small hex digits for each byte');
const Pcr = z.int().min(0).max(23);
const PcrKey = z.string().regex(/^(\d|1\d|2[0-3])$/, 'number of a PCR');
const Digests = z.array(Hex).min(1).max(1_000);
const ComponentName = z.enum(COMPONENTS);

const RULE = {
  /** For whoever reads a verdict. */
  name: z.string().min(1).max(200).optional(),
  /** Where it counts; absent = in all PCRs that are judged. */
  pcr: Pcr.optional(),
  component: ComponentName,
  digests: z
    .array(Hex)
    .min(1)
    .max(2 * MOST_EVENTS),
};

const PolicyFields = z.strictObject({
  version: z.literal(1),
  /** The bank that is judged. */
  bank: z.enum(STRONG_HASH_NAMES),
  /** The PCRs that are judged; all of them have to be quoted. */
  pcrs: z.array(Pcr).min(1).max(24),
  /** Values that a PCR may have. */
  golden: z.record(PcrKey, Digests).default({}),
  /** Events of a trusted boot. They allow nothing, but name what differs when a golden value is missed. */
  events: z
    .array(z.strictObject({ pcr: Pcr, component: ComponentName, digest: Hex }))
    .max(MOST_EVENTS)
    .default([]),
  /** Digests that events of a component may have, in PCRs without golden values. One of each rule has to be there. */
  rules: z
    .array(
      z.strictObject({
        ...RULE,
        /** None of it has to be there. */
        optional: z.literal(true).optional(),
      }),
    )
    .max(MOST_EVENTS)
    .default([]),
  /** Digests that no event may have, whatever golden values and rules allow. */
  forbidden: z.array(z.strictObject(RULE)).max(1_000).optional(),
  /** Components that belong together: one of the images has to be there whole. */
  images: z
    .array(z.strictObject({ name: z.string().min(1).max(200), digests: z.partialRecord(ComponentName, Digests) }))
    .max(1_000)
    .default([]),
  /** Whether the firmware has to enforce signatures. */
  secureBoot: z.boolean().default(false),
  /** Name of the attestation key that was enrolled: only the enrolment proves that it is in the TPM of that machine. */
  key: Hex,
  /** Certificates (PEM) of makers of TPMs who are trusted; without any, no endorsement is asked for. */
  makers: z.array(z.string().max(20_000)).max(100).default([]),
});

/** Refuses what somebody would rely on, and what would never be looked at. */
export const Policy = PolicyFields.superRefine((policy, context) => {
  const refuse = (path: string, message: string) => context.addIssue({ code: 'custom', path: [path], message });
  const unjudged = Object.keys(policy.golden).filter(pcr => !policy.pcrs.includes(Number(pcr)));
  if (unjudged.length > 0) refuse('golden', `PCR ${unjudged.join(', ')} is not among the ones that are judged`);
  if (policy.secureBoot && !policy.pcrs.includes(7)) refuse('secureBoot', 'PCR 7, which tells it, is not judged');
  for (const [path, rules] of [
    ['rules', policy.rules],
    ['forbidden', policy.forbidden ?? []],
  ] as const) {
    const idle = rules.find(({ pcr }) => pcr !== undefined && !policy.pcrs.includes(pcr));
    if (idle !== undefined) refuse(path, `PCR ${idle.pcr} is not among the ones that are judged`);
  }
  const golden = policy.rules.find(({ pcr }) => pcr !== undefined && policy.golden[pcr] !== undefined);
  if (golden !== undefined) refuse('rules', `PCR ${golden.pcr} is judged by golden values`);
  const lengths = allDigests(policy).filter(digest => digest.length !== 2 * HASH_BYTES[policy.bank]);
  if (lengths.length > 0)
    refuse('bank', `a digest has ${(lengths[0]?.length ?? 0) / 2} bytes, which ${policy.bank} has not`);
});
export type Policy = z.output<typeof Policy>;
export type PolicyInput = z.input<typeof Policy>;

function allDigests({
  golden,
  events,
  rules,
  forbidden = [],
  images,
}: z.output<typeof PolicyFields>): readonly string[] {
  return [
    ...Object.values(golden).flat(),
    ...events.map(({ digest }) => digest),
    ...[...rules, ...forbidden].flatMap(({ digests }) => digests),
    ...images.flatMap(({ digests }) => Object.values(digests).flat()),
  ];
}
