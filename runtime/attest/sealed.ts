// Secrets for a machine that proved itself, in credentials that only its TPM opens, and only for the key that is enrolled. A
// credential has room for a digest, so a secret goes in parts; a guest needs nothing but its TPM to open them.
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { GatewrightError } from '../model/errors.ts';
import { makeCredential } from './credential.ts';
import { type Enrolment, nameOf } from './enrolment.ts';
import type { Moment } from './moment.ts';
import { Hex } from './policy.ts';
import { type Standing, stateOf } from './standing.ts';
import { parseSizedPublic } from './tpm/public.ts';

/** Of a secret in one credential; before them stand index, count, length, a zero, and four bytes of the hash of its name. */
const PART_BYTES = 24;
const MOST_PARTS = 128;
/** The longest secret that is released: a private key of RSA fits. */
export const MOST_SEALED_BYTES = PART_BYTES * MOST_PARTS;

export const Sealed = z.strictObject({
  version: z.literal(2),
  /** Which secret it is. */
  name: z.string().min(1).max(200),
  /** What TPM2_ActivateCredential takes, in order: TPM2B_ID_OBJECT and TPM2B_ENCRYPTED_SECRET. */
  parts: z
    .array(z.strictObject({ idObject: Hex, encryptedSecret: Hex }))
    .min(1)
    .max(MOST_PARTS),
});
export type Sealed = z.output<typeof Sealed>;

export interface Release {
  readonly enrolment: Enrolment;
  readonly standing: Standing;
  readonly now: Moment;
  /** How long a proof counts, in milliseconds. */
  readonly freshnessMs: number;
  readonly name: string;
  readonly secret: Uint8Array;
}

/**
 * Seals a secret to the TPM of a machine that is trusted now.
 * @throws GatewrightError GW_ATTEST_WITHHELD for every other one; it has nothing of the secret
 */
export function release({ enrolment: { enrolled }, standing, now, freshnessMs, name, secret }: Release): Sealed {
  const state = stateOf(standing, now, freshnessMs);
  if (enrolled === undefined || nameOf(enrolled) !== standing.key)
    throw withheld('what it proved, it proved with a key that is not enrolled');
  if (state !== 'trusted') throw withheld(`its state is ${state}`);
  if (secret.length > MOST_SEALED_BYTES)
    throw withheld(`the secret has ${secret.length} bytes, and ${MOST_SEALED_BYTES} are the most`);
  return seal(enrolled.endorsement.key, standing.key, name, secret);
}

function withheld(why: string): GatewrightError {
  return new GatewrightError('GW_ATTEST_WITHHELD', `the machine gets no secret: ${why}`);
}

function seal(endorsementKey: string, key: string, name: string, secret: Uint8Array): Sealed {
  const ek = parseSizedPublic(Buffer.from(endorsementKey, 'hex'));
  const count = Math.max(1, Math.ceil(secret.length / PART_BYTES));
  const parts = Array.from({ length: count }, (_, index) => {
    const content = contentOf(name, index, count, secret.subarray(index * PART_BYTES, (index + 1) * PART_BYTES));
    const { idObject, encryptedSecret } = makeCredential(ek, Buffer.from(key, 'hex'), content);
    return { idObject: idObject.toString('hex'), encryptedSecret: encryptedSecret.toString('hex') };
  });
  return Sealed.parse({ version: 2, name, parts });
}

function contentOf(name: string, index: number, count: number, bytes: Uint8Array): Buffer {
  const content = Buffer.alloc(8 + PART_BYTES);
  content.set([index, count, bytes.length, 0]);
  content.set(markOf(name), 4);
  content.set(bytes, 8);
  return content;
}

function markOf(name: string): Buffer {
  return createHash('sha256').update(name).digest().subarray(0, 4);
}

/**
 * What a machine does with what its TPM found.
 * @param contents  of the credentials, in order
 * @throws Error when one is of another secret, or not in its place
 */
export function unseal({ name, parts }: Pick<Sealed, 'name' | 'parts'>, contents: readonly Uint8Array[]): Buffer {
  const bytes = contents.map((content, index) => {
    const length = content[2] ?? 0;
    const expected = contentOf(name, index, parts.length, content.subarray(8, 8 + length));
    if (length > PART_BYTES || !expected.equals(content))
      throw new Error(`part ${index + 1} is not one of the secret ${name}`);
    return content.subarray(8, 8 + length);
  });
  if (bytes.length !== parts.length) throw new Error(`${parts.length - bytes.length} parts are missing`);
  return Buffer.concat(bytes);
}
