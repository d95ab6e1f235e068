// Secrets for a machine that proved itself. A credential, which only its TPM opens, carries a key, and the key the secret: a
// credential alone has room for a digest.
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { z } from 'zod';
import { GatewrightError } from '../model/errors.ts';
import { makeCredential } from './credential.ts';
import { type Enrolment, nameOf } from './enrolment.ts';
import type { Moment } from './moment.ts';
import { Hex } from './policy.ts';
import { type Standing, stateOf } from './standing.ts';
import { parseSizedPublic } from './tpm/public.ts';

export const Sealed = z.strictObject({
  version: z.literal(1),
  /** Which secret it is. */
  name: z.string().min(1).max(200),
  /** What TPM2_ActivateCredential takes: TPM2B_ID_OBJECT and TPM2B_ENCRYPTED_SECRET. It gives the key of AES-256-GCM. */
  idObject: Hex,
  encryptedSecret: Hex,
  iv: Hex.length(2 * 12),
  tag: Hex.length(2 * 16),
  /** The secret, encrypted. What is authenticated with it is the name of the attestation key and that of the secret. */
  ciphertext: Hex,
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
  return seal(enrolled.endorsement.key, standing.key, name, secret);
}

function withheld(why: string): GatewrightError {
  return new GatewrightError('GW_ATTEST_WITHHELD', `the machine gets no secret: ${why}`);
}

function seal(endorsementKey: string, key: string, name: string, secret: Uint8Array): Sealed {
  const [contentKey, iv] = [randomBytes(32), randomBytes(12)];
  const ek = parseSizedPublic(Buffer.from(endorsementKey, 'hex'));
  const { idObject, encryptedSecret } = makeCredential(ek, Buffer.from(key, 'hex'), contentKey);
  const cipher = createCipheriv('aes-256-gcm', contentKey, iv).setAAD(associated(key, name));
  const ciphertext = Buffer.concat([cipher.update(secret), cipher.final()]);
  const parts = { idObject, encryptedSecret, iv, tag: cipher.getAuthTag(), ciphertext };
  const hex = Object.entries(parts).map(([part, bytes]) => [part, bytes.toString('hex')] as const);
  return Sealed.parse({ version: 1, name, ...Object.fromEntries(hex) });
}

/**
 * What a machine does with it.
 * @param contentKey  what its TPM found in the credential
 * @param key         name of its attestation key in hex
 * @throws Error when anything of it was changed, or is for another key
 */
export function unseal({ name, iv, tag, ciphertext }: Sealed, contentKey: Uint8Array, key: string): Buffer {
  const decipher = createDecipheriv('aes-256-gcm', contentKey, Buffer.from(iv, 'hex'), { authTagLength: 16 });
  decipher.setAAD(associated(key, name)).setAuthTag(Buffer.from(tag, 'hex'));
  return Buffer.concat([decipher.update(Buffer.from(ciphertext, 'hex')), decipher.final()]);
}

/** Length before each part, so that no two pairs give the same bytes. */
function associated(key: string, name: string): Buffer {
  const parts = [Buffer.from(key, 'hex'), Buffer.from(name)];
  return Buffer.concat(
    parts.flatMap(part => {
      const length = Buffer.alloc(4);
      length.writeUInt32BE(part.length);
      return [length, part];
    }),
  );
}
