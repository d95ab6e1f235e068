// One question to one machine, from the open way to its TPM to a verdict that is kept. The order matters: a crash at any place leaves a
// question without an answer, never an answer that counts twice.
import { randomBytes } from 'node:crypto';
import type { Attester } from '../../attest/attester/attester.ts';
import { nameOf } from '../../attest/enrolment.ts';
import { type Demands, gatePolicy, type Learned, learnedFrom } from '../../attest/gate-policy.ts';
import { nextRecord } from '../../attest/history.ts';
import { answer, ask, type Claim, type Judged, parseClaim, type Standing } from '../../attest/standing.ts';
import { QUOTED_PCRS } from '../../model/boot-component.ts';
import { GatewrightError } from '../../model/errors.ts';
import { type EnrolWorld, enrolMachine, inviteMachine } from './enrolling.ts';

/** How long a machine may take for its answer. */
const ANSWER_WITHIN_MS = 60_000;

export interface RoundWorld extends EnrolWorld {
  /** Whether the host made this machine and so may invite it by itself. */
  readonly ownMachine: boolean;
}

export interface Question {
  /** What the gates on the machine ask. */
  readonly demands: Demands;
  /** Who trusts what runs now, when it shall be learned; absent = what was learned before counts. */
  readonly learnBy?: string | undefined;
  /** Whether the first boot that is seen may be learned. */
  readonly learnFirst: boolean;
}

export interface Answered {
  readonly claim: Claim;
  readonly judged: Judged;
  /** Number of the record in the history; absent when it was not weighed. */
  readonly record?: number;
}

/** @throws GatewrightError GW_ATTEST_* when nothing can be said of the machine */
export async function askMachine(world: RoundWorld, attester: Attester, question: Question): Promise<Answered> {
  const key = await enrolledKey(world, attester);
  const { records, now, today } = world;
  const standing = (await records.standing()) ?? { version: 1 as const, key };
  const nonce = randomBytes(32).toString('hex');
  const asked = ask(standing.key === key ? standing : { version: 1, key }, nonce, now());
  await records.keep('standing', asked);
  const claim = parseClaim(await attester.claim(nonce, QUOTED_PCRS));
  const learned = await learn(world, claim, question, asked);
  const policy = gatePolicy(question.demands, learned, key);
  const judged = answer(asked, { claim, policy, now: now(), today: today(), withinMs: ANSWER_WITHIN_MS });
  await records.keep('standing', judged.standing);
  const { evidence, verdict } = judged;
  if (evidence === undefined) return { claim, judged };
  const kept = await records.history.append(last => nextRecord(last, evidence, verdict, today()));
  return { claim, judged, record: kept.number };
}

/** The key that counts, which this TPM has. */
async function enrolledKey(world: RoundWorld, attester: Attester): Promise<string> {
  const enrolment = await world.records.enrolment();
  const own = nameOf(attester);
  const known = enrolment.enrolled === undefined ? undefined : nameOf(enrolment.enrolled);
  if (known === own) return known;
  if (!world.ownMachine) throw notEnrolled(known);
  if (enrolment.pending !== undefined && nameOf(enrolment.pending) === own) throw notEnrolled(known);
  // Nobody but this host reaches the channel, so the token goes nowhere.
  const token = await inviteMachine(world, 'the host of the VM');
  const after = await enrolMachine(world, attester, token);
  if (after.enrolled === undefined || nameOf(after.enrolled) !== own) throw notEnrolled(known);
  return own;
}

function notEnrolled(known: string | undefined): GatewrightError {
  const fact =
    known === undefined
      ? 'no key of this machine is enrolled'
      : 'the machine has another key than the one that is enrolled';
  return new GatewrightError('GW_ATTEST_ENROLMENT', `${fact}; invite it, or approve its key`);
}

/** What the machine may run: as it was learned, or as it is now when somebody says so and the claim is sound. */
async function learn(
  { records, today, now }: RoundWorld,
  claim: Claim,
  { demands, learnBy, learnFirst }: Question,
  asked: Standing,
): Promise<Learned> {
  const learned = await records.learned();
  const by = learnBy ?? (learnFirst && learned === undefined ? 'the first boot' : undefined);
  if (by === undefined) {
    if (learned !== undefined) return learned;
    throw new GatewrightError(
      'GW_ATTEST_UNKNOWN',
      'nothing was learned of the machine; look at what it runs, and have it learned',
    );
  }
  const seen = learnedFrom(claim, by, today());
  // Rules say what may be, so what is learned has to be as they say.
  const policy = gatePolicy({ pcrs: QUOTED_PCRS, secureBoot: false, boots: [], rules: demands.rules }, seen, asked.key);
  const { verdict } = answer(asked, { claim, policy, now: now(), today: today(), withinMs: ANSWER_WITHIN_MS });
  const doubt = verdict.findings[0];
  if (doubt !== undefined) throw new GatewrightError(doubt.code, doubt.message);
  await records.keep('learned', seen);
  return seen;
}
