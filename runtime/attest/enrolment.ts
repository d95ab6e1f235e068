// Which attestation key belongs to a machine: a state machine of plain data. An invitation with a token that is good once lets a
// machine present a key; opening a credential proves that the key is in the TPM it says; a second key needs approval. (TCG EK
// Credential Profile; Part 1, "Credential Protection".)
import { createHash, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { isGatewrightError } from '../model/errors.ts';
import { type Credential, makeCredential } from './credential.ts';
import { checkEndorsement } from './endorsement.ts';
import { Evidence } from './evidence.ts';
import type { Finding } from './finding.ts';
import { ageMs, Moment } from './moment.ts';
import { Hex } from './policy.ts';
import { keyFindings } from './quote.ts';
import { parseSizedPublic, type TpmPublic } from './tpm/public.ts';

const Person = z.string().min(1).max(200);
const Sha256 = Hex.length(2 * 32);

/** A key that a machine presents, and the TPM that it says the key is in. */
export const Candidate = z.strictObject({
  /** TPM2B_PUBLIC of the attestation key. */
  key: Hex,
  /** TPM2B_PUBLIC of the endorsement key, and what its maker says of it. */
  endorsement: z.strictObject({
    key: Hex,
    certificate: Evidence.shape.endorsement.unwrap().shape.certificate.optional(),
    chain: Evidence.shape.endorsement.unwrap().shape.chain,
  }),
});
export type Candidate = z.output<typeof Candidate>;

export const Enrolment = z.strictObject({
  version: z.literal(1),
  /** Somebody may present a key: SHA-256 of the token that proves the invitation. */
  invitation: z.strictObject({ tokenHash: Sha256, at: Moment, by: Person }).optional(),
  /** A key was presented and has to prove where it is: SHA-256 of what is in the credential. */
  challenge: z.strictObject({ candidate: Candidate, secretHash: Sha256, at: Moment, by: Person }).optional(),
  /** Proved it, and would replace another key. */
  pending: Candidate.optional(),
  /** The one that counts. */
  enrolled: Candidate.extend({ approvedBy: Person }).optional(),
});
export type Enrolment = z.output<typeof Enrolment>;

export const NOT_ENROLLED: Enrolment = { version: 1 };

/** A step, and why it was refused when it was; what it used up stays used up. */
export interface Step {
  readonly enrolment: Enrolment;
  readonly findings: readonly Finding[];
}

/** SHA-256 in hex: tokens and secrets are never stored. */
export function hashOf(secret: Uint8Array): string {
  return createHash('sha256').update(secret).digest('hex');
}

/**
 * Lets a machine present a key once. An invitation before it is void, and so is a key that was presented and proved nothing.
 * @param token  random, 16 bytes or more
 * @param by     who invites
 */
export function invite(enrolment: Enrolment, token: Uint8Array, by: string, now: Moment): Enrolment {
  if (token.length < 16) throw new RangeError(`a token has 16 bytes or more, not ${token.length}`);
  const { challenge: _void, ...rest } = enrolment;
  return { ...rest, invitation: { tokenHash: hashOf(token), at: now, by } };
}

export interface Presented {
  readonly token: Uint8Array;
  readonly candidate: Candidate;
  /** Certificates of makers that are trusted; without any, no certificate is asked for. */
  readonly makers: readonly string[];
  /** What the credential will carry: 32 random bytes. */
  readonly secret: Uint8Array;
  readonly now: Moment;
  /** The day on which certificates have to be valid. */
  readonly today: Date;
  /** How long an invitation is good, in milliseconds. */
  readonly validMs: number;
}

/**
 * A machine presents a key. The token is used up by whoever has it, even when the key is refused.
 * @returns with a credential for the machine to open, unless it was refused
 */
export function present(enrolment: Enrolment, presented: Presented): Step & { readonly credential?: Credential } {
  const { invitation, ...rest } = enrolment;
  const { token, candidate, secret, now, validMs } = presented;
  // A stranger without the token changes nothing, or anybody could use up the invitation of another.
  if (invitation === undefined || !matches(token, invitation.tokenHash))
    return { enrolment, findings: [refused('No invitation is open for this token.')] };
  if (ageMs(invitation.at, now) > validMs)
    return { enrolment: rest, findings: [refused('The invitation is over; invite the machine again.')] };
  const weighed = weigh(presented);
  if ('findings' in weighed) return { enrolment: rest, findings: weighed.findings };
  const challenge = { candidate, secretHash: hashOf(secret), at: now, by: invitation.by };
  return { enrolment: { ...rest, challenge }, findings: [], credential: weighed.credential };
}

function weigh(presented: Presented): { readonly findings: readonly Finding[] } | { readonly credential: Credential } {
  try {
    const { candidate, makers, secret, today } = presented;
    const [key, ek] = [candidate.key, candidate.endorsement.key].map(hex => parseSizedPublic(Buffer.from(hex, 'hex')));
    if (key === undefined || ek === undefined) throw new Error('two keys were read');
    const findings = [...keyFindings(key), ...(makers.length === 0 ? [] : makerFindings(candidate, ek, makers, today))];
    return findings.length > 0 ? { findings } : { credential: makeCredential(ek, key.name, secret) };
  } catch (error) {
    if (!isGatewrightError(error)) throw error;
    return { findings: [{ code: error.code, message: error.message }] };
  }
}

function makerFindings(
  { endorsement: { certificate, chain } }: Candidate,
  key: TpmPublic,
  trusted: readonly string[],
  at: Date,
): readonly Finding[] {
  if (certificate === undefined) return [{ code: 'GW_ATTEST_EK', message: 'There is no endorsement certificate.' }];
  return checkEndorsement({ certificate, chain, trusted, key, at }).findings;
}

export interface Opened {
  /** What the machine found in the credential. */
  readonly secret: Uint8Array;
  readonly now: Moment;
  /** How long the machine may take, in milliseconds. */
  readonly withinMs: number;
}

/**
 * A machine opened the credential: its key is in that TPM. The first key of a machine is enrolled by whoever invited it; another
 * one waits for {@link approve}, and the one before it counts until then. One attempt each.
 */
export function activate(enrolment: Enrolment, { secret, now, withinMs }: Opened): Step {
  const { challenge, ...rest } = enrolment;
  if (challenge === undefined) return { enrolment, findings: [refused('No credential was given out.')] };
  if (ageMs(challenge.at, now) > withinMs)
    return { enrolment: rest, findings: [refused('The credential was opened too late.')] };
  if (!matches(secret, challenge.secretHash))
    return { enrolment: rest, findings: [refused('The credential was not opened: the key is not in that TPM.')] };
  const { candidate, by } = challenge;
  if (rest.enrolled === undefined)
    return { enrolment: { ...rest, enrolled: { ...candidate, approvedBy: by } }, findings: [] };
  const same = rest.enrolled.key === candidate.key && rest.enrolled.endorsement.key === candidate.endorsement.key;
  return { enrolment: same ? rest : { ...rest, pending: candidate }, findings: [] };
}

/**
 * Lets a pending key replace the one that is enrolled.
 * @param key  name of the key that is approved, in hex: what somebody has seen, and no later one
 */
export function approve(enrolment: Enrolment, key: string, by: string): Step {
  const { pending, ...rest } = enrolment;
  if (pending === undefined || nameOf(pending) !== key)
    return { enrolment, findings: [refused('No key of that name waits for approval.')] };
  return { enrolment: { ...rest, enrolled: { ...pending, approvedBy: by } }, findings: [] };
}

/** Drops a pending key; the one that is enrolled goes on counting. */
export function reject({ pending: _dropped, ...rest }: Enrolment): Enrolment {
  return rest;
}

/** Name of an attestation key in hex, as policies have it. */
export function nameOf({ key }: Pick<Candidate, 'key'>): string {
  return parseSizedPublic(Buffer.from(key, 'hex')).name.toString('hex');
}

function matches(secret: Uint8Array, hash: string): boolean {
  return timingSafeEqual(Buffer.from(hashOf(secret), 'hex'), Buffer.from(hash, 'hex'));
}

function refused(message: string): Finding {
  return { code: 'GW_ATTEST_ENROLMENT', message };
}
