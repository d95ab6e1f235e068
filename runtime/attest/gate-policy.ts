// By what a gate judges a machine: values that were learned from a boot that somebody trusts, and for the rest what was foretold from
// the drawing. Pure.
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { GatewrightError } from '../model/errors.ts';
import type { EventRule } from '../model/kinds/event-rule.ts';
import { goldenOf } from './boot-events.ts';
import { parseEventLog } from './event-log.ts';
import { parsed } from './evidence.ts';
import { allowedByRules } from './gate-rules.ts';
import { Policy } from './policy.ts';
import { allowing, type Prediction } from './predict/boot.ts';
import type { Claim } from './standing.ts';

export const BANK = 'sha256';

/** What a machine may run, as somebody saw it run. */
export const Learned = z.strictObject({
  version: z.literal(1),
  /** Who trusted it. */
  by: z.string().min(1).max(200),
  /** When, by the wall clock. */
  at: z.iso.datetime(),
  golden: Policy.shape.golden,
  events: Policy.shape.events,
});
export type Learned = z.output<typeof Learned>;

/** @throws GatewrightError GW_ATTEST_EVIDENCE with the first thing that does not fit */
export function parseLearned(value: unknown): Learned {
  return parsed(Learned, value, 'what was learned of a machine');
}

/**
 * What a claim shows, before anybody has judged whether it is true.
 * @param by  who trusts it
 * @throws GatewrightError GW_ATTEST_* when its log cannot be read
 */
export function learnedFrom(claim: Claim, by: string, at: Date): Learned {
  const values = Object.entries(claim.pcrs[BANK] ?? {}).map(
    ([pcr, value]) => [Number(pcr), Buffer.from(value, 'hex')] as const,
  );
  const log = claim.log === undefined ? undefined : parseEventLog(Buffer.from(claim.log, 'base64'));
  const boot = { pcrs: new Map(values), ...(log === undefined ? {} : { log }) };
  const { golden, events } = goldenOf(
    BANK,
    values.map(([pcr]) => pcr),
    boot,
  );
  return { version: 1, by, at: at.toISOString(), golden, events };
}

/** What gates ask of a machine. */
export interface Demands {
  /** That are judged. */
  readonly pcrs: readonly number[];
  readonly secureBoot: boolean;
  /** Boots that are allowed, whole; empty = by what was learned. */
  readonly boots: readonly Prediction[];
  /** About events, in PCRs that are judged. */
  readonly rules: readonly EventRule[];
}

/**
 * @param key  name of the enrolled key in hex
 * @throws GatewrightError GW_ATTEST_UNKNOWN when a PCR is judged of which nothing was learned, GW_ATTEST_RULES when rules and foretold boots
 *   speak of one PCR
 */
export function gatePolicy({ pcrs, secureBoot, boots, rules }: Demands, learned: Learned, key: string): Policy {
  const known = pcrs.filter(pcr => learned.golden[pcr] !== undefined);
  const lacking = pcrs.filter(pcr => !known.includes(pcr));
  if (lacking.length > 0)
    throw new GatewrightError(
      'GW_ATTEST_UNKNOWN',
      `nothing was learned of PCR ${lacking.join(', ')}; look at what the machine runs, and have it learned`,
    );
  const judged = secureBoot && !pcrs.includes(7) ? [...pcrs, 7].sort((one, other) => one - other) : [...pcrs];
  const golden = Object.fromEntries(
    judged.flatMap(pcr => {
      const values = learned.golden[pcr];
      return values === undefined ? [] : [[pcr, values]];
    }),
  );
  const events = learned.events.filter(({ pcr }) => judged.includes(pcr));
  const plain = Policy.parse({ version: 1, bank: BANK, pcrs: judged, golden, events, secureBoot, key });
  const policy = boots.length === 0 ? plain : allowing(plain, boots);
  return rules.length === 0 ? policy : allowedByRules(policy, rules);
}

/** Whether a boot is the one that evidence shows: all its digests are in the log. */
export function shows(claim: Claim, { image }: Prediction): boolean {
  if (claim.log === undefined) return false;
  const { events } = parseEventLog(Buffer.from(claim.log, 'base64'));
  const seen = new Set(events.map(({ digests }) => digests[BANK]?.toString('hex')));
  return Object.values(image.digests).every(digests => digests?.some(digest => seen.has(digest)) === true);
}

/** Names a boot by what it measures. */
export function bootId({ events }: Prediction): string {
  const hash = createHash('sha256');
  for (const { pcr, digest } of events) hash.update(`${pcr};`).update(digest);
  return hash.digest('hex');
}
