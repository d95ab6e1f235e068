// Whether the events of a boot are ones that a policy allows: by a rule, or because they belong to an image, and none that it forbids. What is
// not allowed in a PCR without golden values is not allowed.
import { createHash } from 'node:crypto';
import type { Component } from '../model/boot-component.ts';
import { type Boot, type Extended, extended } from './boot-events.ts';
import { type Finding, mismatch } from './finding.ts';
import type { Policy } from './policy.ts';
import type { StrongHashName } from './tpm/algorithms.ts';

type Image = Policy['images'][number];
type Rule = Policy['rules'][number];

/** @param listed  PCRs in which every event has to be allowed */
export function allowedFindings(listed: readonly number[], policy: Policy, { log }: Boot): readonly Finding[] {
  const { rules, images, forbidden = [] } = policy;
  if (listed.length + images.length + rules.length + forbidden.length === 0) return [];
  if (log === undefined) {
    const message = 'There is no event log, and the policy judges events.';
    return [{ code: 'GW_ATTEST_LOG', message }];
  }
  const all = extended(log, policy.bank).filter(({ pcr }) => policy.pcrs.includes(pcr));
  const harmless = harmlessDigests(policy.bank);
  const events = all.filter(({ digest }) => !harmless.has(digest));
  const image = closestImage(images, events);
  const foreign = foreignEvents(events, listed, rules, image);
  const told = new Set(foreign.map(({ component }) => component));
  return [
    ...forbiddenFindings(all, forbidden),
    ...foreign.map(({ component, pcr, what }) => mismatch(component, pcr, notAllowed(component, pcr, rules), what)),
    ...missingFindings(all, rules, image).filter(({ component }) => component === undefined || !told.has(component)),
  ];
}

/** Who controls the machine may call an event something else, so a digest is forbidden by whatever name it comes. */
function forbiddenFindings(
  events: readonly Extended[],
  forbidden: NonNullable<Policy['forbidden']>,
): readonly Finding[] {
  return forbidden.flatMap(({ name, pcr, component, digests }) => {
    const found = events.find(event => digests.includes(event.digest) && (pcr === undefined || pcr === event.pcr));
    const by = name === undefined ? '' : ` by rule ${name}`;
    return found === undefined ? [] : [mismatch(component, found.pcr, `is forbidden${by}`, found.what)];
  });
}

function foreignEvents(
  events: readonly Extended[],
  listed: readonly number[],
  rules: readonly Rule[],
  image: Image | undefined,
): readonly Extended[] {
  const keys = (component: Component, digests: readonly string[] | undefined, pcr: number | 'any') =>
    (digests ?? []).map(digest => `${pcr} ${component} ${digest}`);
  const allowed = new Set([
    ...rules.flatMap(({ component, digests, pcr }) => keys(component, digests, pcr ?? 'any')),
    ...entriesOf(image).flatMap(([component, digests]) => keys(component, digests, 'any')),
  ]);
  return events.filter(
    ({ pcr, component, digest }) =>
      listed.includes(pcr) &&
      !allowed.has(`any ${component} ${digest}`) &&
      !allowed.has(`${pcr} ${component} ${digest}`),
  );
}

function notAllowed(component: Component, pcr: number, rules: readonly Rule[]): string {
  const names = rules.flatMap(({ name, ...rule }) =>
    name !== undefined && rule.component === component && (rule.pcr ?? pcr) === pcr ? [name] : [],
  );
  if (names.length === 0) return 'is not one that is allowed';
  return `is not one that ${names.length === 1 ? 'rule' : 'one of the rules'} ${names.join(', ')} allows`;
}

/** What has to be there and is not. */
function missingFindings(
  events: readonly Extended[],
  rules: readonly Rule[],
  image: Image | undefined,
): readonly Finding[] {
  const seen = new Set(events.flatMap(({ pcr, digest }) => [`any ${digest}`, `${pcr} ${digest}`]));
  const lacks = (digests: readonly string[], pcr: number | 'any') =>
    !digests.some(digest => seen.has(`${pcr} ${digest}`));
  return [
    ...rules.filter(({ optional, digests, pcr }) => optional !== true && lacks(digests, pcr ?? 'any')).map(absent),
    ...entriesOf(image)
      .filter(([, digests]) => lacks(digests, 'any'))
      .map(([component]) => absentPart(component, image)),
  ];
}

function absent({ component, name, pcr }: Rule): Finding {
  const that = name === undefined ? 'that is allowed' : `that rule ${name} wants`;
  if (pcr === undefined)
    return { code: 'GW_ATTEST_MISMATCH', component, message: `The ${component} ${that} was not measured.` };
  return mismatch(component, pcr, `${that} was not measured`);
}

function absentPart(component: Component, image: Image | undefined): Finding {
  const of = image === undefined ? '' : ` of image ${image.name}`;
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
