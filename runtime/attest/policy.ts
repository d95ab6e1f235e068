// What a machine may run, as plain data, and whether it does: golden values of PCRs, or allowed events where the values
// change from boot to boot. What the policy does not allow is not allowed.
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { quoted } from '../model/plain-text.ts';
import { COMPONENTS, type Component, componentOfPcr } from './component.ts';
import { type EventLog, type LogEvent, NO_ACTION } from './event-log.ts';
import { EVENT } from './event-types.ts';
import type { Finding } from './finding.ts';
import { measuredBy } from './measured.ts';
import { HASH_BYTES, STRONG_HASH_NAMES, type StrongHashName } from './tpm/algorithms.ts';
import { variableOf } from './uefi.ts';

/** A digest or a name in hex. */
export const Hex = z
  .string()
  .max(2 * 65_536)
  .regex(/^([0-9a-f]{2})*$/, 'two small hex digits for each byte');
const Pcr = z.int().min(0).max(23);
const PcrKey = z.string().regex(/^(\d|1\d|2[0-3])$/, 'number of a PCR');
const Digests = z.array(Hex).min(1).max(1_000);
const ComponentName = z.enum(COMPONENTS);

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
    .max(20_000)
    .default([]),
  /** Digests that events of a component may have, in PCRs without golden values. One of each rule has to be there. */
  rules: z
    .array(z.strictObject({ component: ComponentName, digests: Digests }))
    .max(1_000)
    .default([]),
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
  const lengths = allDigests(policy).filter(digest => digest.length !== 2 * HASH_BYTES[policy.bank]);
  if (lengths.length > 0)
    refuse('bank', `a digest has ${(lengths[0]?.length ?? 0) / 2} bytes, which ${policy.bank} has not`);
});
export type Policy = z.output<typeof Policy>;
export type PolicyInput = z.input<typeof Policy>;

type Image = Policy['images'][number];

function allDigests({ golden, events, rules, images }: z.output<typeof PolicyFields>): readonly string[] {
  return [
    ...Object.values(golden).flat(),
    ...events.map(({ digest }) => digest),
    ...rules.flatMap(({ digests }) => digests),
    ...images.flatMap(({ digests }) => Object.values(digests).flat()),
  ];
}

export interface Boot {
  /** Quoted values of the bank of the policy. */
  readonly pcrs: ReadonlyMap<number, Buffer>;
  /** Leads to the quoted values; that was checked before. */
  readonly log?: EventLog;
}

/** Every component that is not as the policy says. */
export function judge(policy: Policy, boot: Boot): readonly Finding[] {
  const listed = policy.pcrs.filter(pcr => policy.golden[pcr] === undefined);
  return [
    ...policy.pcrs.flatMap(pcr => unmeasured(pcr, boot)),
    ...policy.pcrs.flatMap(pcr => goldenFindings(pcr, policy, boot)),
    ...(listed.length === 0 && policy.images.length === 0 && policy.rules.length === 0
      ? []
      : listedFindings(listed, policy, boot)),
    ...(policy.secureBoot ? secureBootFindings(policy.bank, boot) : []),
  ];
}

/** @param what  name of what was found, of which nobody knows where it comes from */
function mismatch(component: Component, pcr: number, fact: string, what?: string): Finding {
  const name = what === undefined ? component : `${component} ${quoted(what)}`;
  return { code: 'GW_ATTEST_MISMATCH', component, pcr, message: `The ${name} ${fact} (PCR ${pcr}).` };
}

/** Firmware measures itself before anything else; zeros in its PCR mean that nothing was, or that it was switched off. */
function unmeasured(pcr: number, { pcrs }: Boot): readonly Finding[] {
  const zero = pcr === 0 && pcrs.get(0)?.every(byte => byte === 0) === true;
  return zero ? [mismatch('firmware', 0, 'was not measured')] : [];
}

function goldenFindings(pcr: number, policy: Policy, { pcrs, log }: Boot): readonly Finding[] {
  const golden = policy.golden[pcr];
  const value = pcrs.get(pcr)?.toString('hex');
  if (golden === undefined || (value !== undefined && golden.includes(value))) return [];
  const differing = log === undefined ? [] : differences(pcr, policy, log);
  if (differing.length > 0) return differing;
  return [mismatch(componentOfPcr(pcr), pcr, 'is not the one that is trusted')];
}

/** Holds the events of a PCR against those of a trusted boot. Where one came or went, only the first place is of use. */
function differences(pcr: number, policy: Policy, log: EventLog): readonly Finding[] {
  const now = extended(log, policy.bank).filter(event => event.pcr === pcr);
  const then = policy.events.filter(event => event.pcr === pcr);
  if (then.length === 0) return [];
  const length = Math.max(now.length, then.length);
  const places = Array.from({ length }, (_, place) => place).filter(
    place => now[place]?.digest !== then[place]?.digest,
  );
  const told = now.length === then.length ? places : places.slice(0, 1);
  return told.map(place => {
    const [found, expected] = [now[place], then[place]];
    const component = expected?.component ?? found?.component ?? componentOfPcr(pcr);
    if (found === undefined) return mismatch(component, pcr, 'was not measured');
    return mismatch(component, pcr, 'is not the one that is trusted', found.what);
  });
}

interface Extended {
  readonly pcr: number;
  readonly component: Component;
  readonly what?: string;
  readonly digest: string;
  readonly event: LogEvent;
}

function extended({ events }: EventLog, bank: StrongHashName): readonly Extended[] {
  return events.flatMap(event => {
    const digest = event.digests[bank];
    if (event.type === NO_ACTION || digest === undefined) return [];
    return [{ ...measuredBy(event), pcr: event.pcr, digest: digest.toString('hex'), event }];
  });
}

function listedFindings(listed: readonly number[], policy: Policy, { log }: Boot): readonly Finding[] {
  if (log === undefined) {
    const message = 'There is no event log, and the policy judges events.';
    return [{ code: 'GW_ATTEST_LOG', message }];
  }
  const harmless = harmlessDigests(policy.bank);
  const events = extended(log, policy.bank).filter(
    ({ pcr, digest }) => policy.pcrs.includes(pcr) && !harmless.has(digest),
  );
  const image = closestImage(policy.images, events);
  const allowed = (component: Component) => [
    ...policy.rules.filter(rule => rule.component === component).flatMap(rule => rule.digests),
    ...(image?.digests[component] ?? []),
  ];
  const foreign = events.filter(
    ({ pcr, component, digest }) => listed.includes(pcr) && !allowed(component).includes(digest),
  );
  const seen = new Set(events.map(({ digest }) => digest));
  const wanted: readonly (readonly [Component, readonly string[]])[] = [
    ...policy.rules.map(rule => [rule.component, rule.digests] as const),
    ...entriesOf(image),
  ];
  const missing = wanted.filter(([, digests]) => !digests.some(digest => seen.has(digest)));
  const told = new Set(foreign.map(({ component }) => component));
  return [
    ...foreign.map(({ component, pcr, what }) => mismatch(component, pcr, 'is not one that is allowed', what)),
    ...missing.filter(([component]) => !told.has(component)).map(([component]) => absent(component, image)),
  ];
}

function absent(component: Component, image: Image | undefined): Finding {
  const of = image?.digests[component] === undefined ? '' : ` of image ${image.name}`;
  return { code: 'GW_ATTEST_MISMATCH', component, message: `The ${component}${of} that is allowed was not measured.` };
}

function entriesOf(image: Image | undefined): readonly (readonly [Component, readonly string[]])[] {
  return Object.entries(image?.digests ?? {}) as [Component, string[]][];
}

/** The image of which most is there: what then differs is named. Never allows more than one image does. */
function closestImage(images: readonly Image[], events: readonly Extended[]): Image | undefined {
  const seen = new Set(events.map(({ component, digest }) => `${component} ${digest}`));
  const missing = (image: Image) =>
    entriesOf(image).filter(([component, digests]) => !digests.some(digest => seen.has(`${component} ${digest}`)))
      .length;
  return [...images].sort((one, other) => missing(one) - missing(other))[0];
}

/** Marks that every boot makes, and that name nothing that could be run. */
const MARKS = [
  Buffer.alloc(4),
  ...[
    'Calling EFI Application from Boot Option',
    'Exit Boot Services Invocation',
    'Exit Boot Services Returned with Success',
  ].map(text => Buffer.from(text)),
];

function harmlessDigests(bank: StrongHashName): ReadonlySet<string> {
  return new Set(MARKS.map(mark => createHash(bank).update(mark).digest('hex')));
}

/** The firmware measures the variable itself, so here the event proves its value. */
function secureBootFindings(bank: StrongHashName, { log, pcrs }: Boot): readonly Finding[] {
  const states = (log === undefined || !pcrs.has(7) ? [] : extended(log, bank)).filter(
    ({ pcr, event }) =>
      pcr === 7 && event.type === EVENT.variableDriverConfig && variableOf(event.data)?.name === 'SecureBoot',
  );
  const on = ({ digest, event: { data } }: Extended) =>
    variableOf(data)?.value.equals(Buffer.of(1)) === true && createHash(bank).update(data).digest('hex') === digest;
  if (states.length > 0 && states.every(on)) return [];
  return [mismatch('Secure Boot keys', 7, 'are not enforced: Secure Boot is off, or nothing says that it is on')];
}

/**
 * What a boot that is trusted looked like, to be put into a policy.
 * @param pcrs  that are judged
 */
export function goldenOf(bank: StrongHashName, pcrs: readonly number[], boot: Boot): Pick<Policy, 'golden' | 'events'> {
  const golden = pcrs.flatMap(pcr => {
    const value = boot.pcrs.get(pcr);
    return value === undefined ? [] : ([[String(pcr), [value.toString('hex')]]] as const);
  });
  const events = boot.log === undefined ? [] : extended(boot.log, bank).filter(({ pcr }) => pcrs.includes(pcr));
  return {
    golden: Object.fromEntries(golden.map(([pcr, values]) => [pcr, [...values]])),
    events: events.map(({ pcr, component, digest }) => ({ pcr, component, digest })),
  };
}
