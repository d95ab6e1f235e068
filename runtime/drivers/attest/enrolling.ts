// Enrols the key of a machine: presents it with a token, has its TPM open a credential, and keeps what came of it.
import { randomBytes } from 'node:crypto';
import type { Attester } from '../../attest/attester/attester.ts';
import { activate, type Candidate, type Enrolment, invite, nameOf, present } from '../../attest/enrolment.ts';
import type { Finding } from '../../attest/finding.ts';
import type { Moment } from '../../attest/moment.ts';
import { enrolled } from '../../attest/standing.ts';
import type { MachineName } from '../../model/attestation.ts';
import { GatewrightError } from '../../model/errors.ts';
import type { Records } from './records.ts';

/** How long an invitation is good. */
export const INVITED_MS = 24 * 60 * 60 * 1000;
const OPENED_WITHIN_MS = 60_000;

export interface EnrolWorld {
  readonly records: Records;
  readonly now: () => Moment;
  readonly today: () => Date;
  /** Certificates of makers of TPMs that are trusted for this machine, PEM; empty = none is asked for. */
  readonly makers: () => Promise<readonly string[]>;
  /** Of every other machine of the gateway. */
  readonly others: () => Promise<readonly (readonly [MachineName, Enrolment])[]>;
}

/** @returns the token, of which only the hash is kept */
export async function inviteMachine({ records, now }: EnrolWorld, by: string): Promise<Buffer> {
  const token = randomBytes(32);
  await records.keep('enrolment', invite(await records.enrolment(), token, by, now()));
  return token;
}

/**
 * Presents the key of a machine.
 * @throws GatewrightError GW_ATTEST_* with why it was refused; the token is used up
 */
export async function enrolMachine(world: EnrolWorld, attester: Attester, token: Uint8Array): Promise<Enrolment> {
  const { records, now, today } = world;
  const secret = randomBytes(32);
  const candidate = await attester.candidate();
  await refuseBorrowed(world, candidate);
  const presented = {
    token,
    candidate,
    makers: await world.makers(),
    secret,
    now: now(),
    today: today(),
    validMs: INVITED_MS,
  };
  const asked = present(await records.enrolment(), presented);
  await records.keep('enrolment', asked.enrolment);
  refuse(asked.findings);
  if (asked.credential === undefined)
    throw new GatewrightError('GW_BUG', 'a key was taken without a credential; report this');
  const found = await attester.activate(asked.credential);
  const done = activate(asked.enrolment, { secret: found, now: now(), withinMs: OPENED_WITHIN_MS });
  await records.keep('enrolment', done.enrolment);
  refuse(done.findings);
  await forgetOther(world, done.enrolment);
  return done.enrolment;
}

/** A machine that has another one answer in its place would prove what that one runs. */
async function refuseBorrowed({ others }: EnrolWorld, { key, endorsement }: Candidate): Promise<void> {
  for (const [name, { enrolled, pending }] of await others())
    for (const known of [enrolled, pending])
      if (known !== undefined && (known.key === key || known.endorsement.key === endorsement.key))
        throw new GatewrightError(
          'GW_ATTEST_ENROLMENT',
          `the TPM that answers is that of ${name}; let each machine have its own`,
        );
}

/** What another key proved says nothing of the one that counts now. */
export async function forgetOther({ records }: EnrolWorld, enrolment: Enrolment): Promise<void> {
  if (enrolment.enrolled === undefined) return;
  const key = nameOf(enrolment.enrolled);
  if ((await records.standing())?.key !== key) await records.keep('standing', enrolled(key));
}

function refuse(findings: readonly Finding[]): void {
  const [first] = findings;
  if (first !== undefined) throw new GatewrightError(first.code, first.message);
}
