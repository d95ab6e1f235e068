// Evidence of one boot as plain data: all that a verdict follows from, so that anybody can follow it again, at any time and
// without a TPM.
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { GatewrightError } from '../model/errors.ts';
import { Hex, Policy } from './policy.ts';
import { STRONG_HASH_NAMES } from './tpm/algorithms.ts';

const PcrKey = z.string().regex(/^(\d|1\d|2[0-3])$/, 'number of a PCR');
const Pem = z.string().max(20_000);

/** Counters of an earlier quote, which later ones may not be behind. */
export const Counters = z.strictObject({
  /** Milliseconds, as decimal digits: it has 64 bits. */
  clock: z.string().regex(/^\d{1,20}$/, 'decimal digits'),
  resetCount: z.int().min(0).max(0xffff_ffff),
  restartCount: z.int().min(0).max(0xffff_ffff),
});
export type Counters = z.output<typeof Counters>;

export const Evidence = z.strictObject({
  version: z.literal(1),
  /** When it was taken; certificates have to be valid then. */
  takenAt: z.iso.datetime(),
  /** What was asked. */
  nonce: Hex.min(2 * 16),
  /** TPMS_ATTEST. */
  quote: Hex,
  /** TPMT_SIGNATURE. */
  signature: Hex,
  /** TPM2B_PUBLIC of the attestation key. */
  key: Hex,
  /** Values of the quoted PCRs by bank. */
  pcrs: z.partialRecord(z.enum(STRONG_HASH_NAMES), z.record(PcrKey, Hex)),
  /** The endorsement key: TPM2B_PUBLIC, its certificate, and the ones above. */
  endorsement: z.strictObject({ key: Hex, certificate: Pem, chain: z.array(Pem).max(8) }).optional(),
  /** The event log in base64, as Linux offers it. */
  log: z
    .base64()
    .max(22 * 1024 * 1024)
    .optional(),
  /** Counters of the evidence before this one. */
  earlier: Counters.optional(),
  policy: Policy,
});
export type Evidence = z.output<typeof Evidence>;
export type EvidenceInput = z.input<typeof Evidence>;

/** @throws GatewrightError GW_ATTEST_EVIDENCE with the first thing that does not fit */
export function parseEvidence(value: unknown): Evidence {
  return parsed(Evidence, value, 'evidence');
}

/** @throws GatewrightError GW_ATTEST_EVIDENCE with the first thing that does not fit */
export function parsePolicy(value: unknown): Policy {
  return parsed(Policy, value, 'a policy');
}

/** @param what  for the message @throws GatewrightError GW_ATTEST_EVIDENCE with the first thing that does not fit */
export function parsed<T>(shape: z.ZodType<T>, value: unknown, what: string): T {
  const result = shape.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const place = issue === undefined || issue.path.length === 0 ? 'the whole' : issue.path.join('.');
  throw new GatewrightError('GW_ATTEST_EVIDENCE', `this is not ${what}: ${place}: ${issue?.message ?? 'is wrong'}`);
}

/** Names evidence by all that is in it: SHA-256 of its JSON, in hex. */
export function evidenceId(evidence: Evidence): string {
  return createHash('sha256').update(JSON.stringify(evidence)).digest('hex');
}
