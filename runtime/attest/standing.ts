// What a verifier knows of one attestation key, and what follows from it at a moment: a state machine of plain data, so that
// it survives a restart of the verifier. Nothing here asks the wall clock, which can be set: freshness is counted by a clock
// that only goes forward, and ends when that clock cannot be told.
import { z } from 'zod';
import { Counters, Evidence, parsed } from './evidence.ts';
import { ageMs, Moment } from './moment.ts';
import { Hex, type Policy } from './policy.ts';
import { type Verdict, verify } from './verdict.ts';

export const Standing = z.strictObject({
  version: z.literal(1),
  /** Name of the enrolled attestation key in hex. */
  key: Hex,
  /** The question that is open. */
  challenge: z.strictObject({ nonce: Hex.min(2 * 16), asked: Moment }).optional(),
  /** Of the last evidence that proved something. */
  counters: Counters.optional(),
  /** What was proven last, and when. */
  proven: z.strictObject({ verdict: z.enum(['trusted', 'mismatch']), at: Moment }).optional(),
});
export type Standing = z.output<typeof Standing>;

/** How a key stands: `stale` was trusted, and that was too long ago. */
export type State = 'never' | 'trusted' | 'mismatch' | 'stale';

/** Evidence as it comes from a machine, which has no say in what it is judged by, nor in what day it is. */
export const Claim = Evidence.omit({ policy: true, earlier: true, takenAt: true });
export type Claim = z.output<typeof Claim>;

/** @throws GatewrightError GW_ATTEST_EVIDENCE with the first thing that does not fit */
export function parseClaim(value: unknown): Claim {
  return parsed(Claim, value, 'evidence of a machine');
}

/** A key that was just enrolled and has proven nothing. @param key  its name in hex */
export function enrolled(key: string): Standing {
  return { version: 1, key };
}

/** Asks anew; a question that was open is void. @param nonce  in hex, from a source of random numbers, 16 bytes or more */
export function ask(standing: Standing, nonce: string, now: Moment): Standing {
  return { ...standing, challenge: { nonce, asked: now } };
}

export interface Answer {
  readonly claim: Claim;
  readonly policy: Policy;
  readonly now: Moment;
  /** The day on which certificates have to be valid. */
  readonly today: Date;
  /** How long a machine may take for its answer, in milliseconds. */
  readonly withinMs: number;
}

export interface Judged {
  readonly standing: Standing;
  readonly verdict: Verdict;
  /** What the verdict follows from, to be kept; absent when it was no answer and so not weighed. */
  readonly evidence?: Evidence;
}

/**
 * Judges an answer. Each question takes one answer; what proves nothing changes nothing else, so that a machine which falls
 * silent or speaks nonsense stands as before until its freshness ends.
 */
export function answer(standing: Standing, { claim, policy, now, today, withinMs }: Answer): Judged {
  const { challenge, counters, ...rest } = standing;
  const doubt = challengeDoubt(challenge, claim, now, withinMs);
  if (doubt !== undefined) {
    const verdict = { verdict: 'unusable', findings: [{ code: 'GW_ATTEST_NONCE', message: doubt }] } as const;
    const answered = challenge?.nonce === claim.nonce;
    return { standing: answered ? without(standing) : standing, verdict };
  }
  const earlier = counters === undefined ? {} : { earlier: counters };
  const evidence = { ...claim, ...earlier, takenAt: today.toISOString(), policy: { ...policy, key: standing.key } };
  const verdict = verify(evidence);
  if (verdict.verdict === 'unusable') return { standing: without(standing), verdict, evidence };
  const proven = { verdict: verdict.verdict, at: now };
  const seen = verdict.counters ?? counters;
  return { standing: { ...rest, ...(seen === undefined ? {} : { counters: seen }), proven }, verdict, evidence };
}

/** Without its open question. */
function without({ challenge: _answered, ...rest }: Standing): Standing {
  return rest;
}

function challengeDoubt(
  challenge: Standing['challenge'],
  { nonce }: Claim,
  now: Moment,
  withinMs: number,
): string | undefined {
  if (challenge === undefined) return 'Nothing was asked that the evidence could answer.';
  if (challenge.nonce !== nonce) return 'The evidence answers another question than the one that is open.';
  return ageMs(challenge.asked, now) > withinMs ? 'The evidence came too late to be an answer.' : undefined;
}

/**
 * How a key stands now. A mismatch stays one until something better is proven.
 * @param freshnessMs  how long a proof counts, in milliseconds
 */
export function stateOf({ proven }: Standing, now: Moment, freshnessMs: number): State {
  if (proven === undefined) return 'never';
  if (proven.verdict === 'mismatch') return 'mismatch';
  return ageMs(proven.at, now) > freshnessMs ? 'stale' : 'trusted';
}
