// MakeCredential without a TPM (Part 1, "Credential Protection"): a secret that only the TPM with a certain endorsement
// key can open, and only when a key of a certain name is loaded in it. It binds an attestation key to a certified TPM.
import {
  constants,
  createCipheriv,
  createHash,
  createHmac,
  diffieHellman,
  generateKeyPairSync,
  publicEncrypt,
  randomBytes,
} from 'node:crypto';
import { GatewrightError } from '../model/errors.ts';
import { HASH_BYTES, type StrongHashName } from './tpm/algorithms.ts';
import type { TpmPublic } from './tpm/public.ts';

export interface Credential {
  /** TPM2B_ID_OBJECT. */
  readonly idObject: Buffer;
  /** TPM2B_ENCRYPTED_SECRET. */
  readonly encryptedSecret: Buffer;
}

/**
 * @param ek      a storage key: the endorsement key of the TPM, certified and checked before
 * @param name    of the key that has to be in the same TPM
 * @param secret  what TPM2_ActivateCredential gives back; 16 bytes at least, a digest of the endorsement key at most
 * @throws GatewrightError GW_ATTEST_KEY when the key protects nothing
 */
export function makeCredential(ek: TpmPublic, name: Uint8Array, secret: Uint8Array): Credential {
  const { nameAlgorithm: hash, symmetricBits } = ek;
  if (symmetricBits === undefined || !ek.attributes.has('restricted') || !ek.attributes.has('decrypt'))
    throw new GatewrightError('GW_ATTEST_KEY', 'the endorsement key is no storage key; make it by its usual template');
  if (secret.length < 16 || secret.length > HASH_BYTES[hash])
    throw new RangeError(`a credential has 16 to ${HASH_BYTES[hash]} bytes, not ${secret.length}`);
  const { seed, encryptedSecret } = ek.type === 'rsa' ? seedForRsa(ek) : seedForEcc(ek);
  const cipherKey = kdfa(hash, seed, 'STORAGE', name, symmetricBits);
  const cipher = createCipheriv(`aes-${symmetricBits}-cfb`, cipherKey, Buffer.alloc(16));
  const identity = Buffer.concat([cipher.update(sized(secret)), cipher.final()]);
  const integrityKey = kdfa(hash, seed, 'INTEGRITY', new Uint8Array(), 8 * HASH_BYTES[hash]);
  const integrity = createHmac(hash, integrityKey).update(identity).update(name).digest();
  return { idObject: sized(Buffer.concat([sized(integrity), identity])), encryptedSecret: sized(encryptedSecret) };
}

interface Seed {
  readonly seed: Buffer;
  readonly encryptedSecret: Buffer;
}

/** The label of every seed of a credential; its final zero counts. */
const IDENTITY = Buffer.from('IDENTITY\0');

/** Part 1, annex "RSA", "Secret Sharing": OAEP with the name algorithm. */
function seedForRsa({ key, nameAlgorithm }: TpmPublic): Seed {
  const seed = randomBytes(HASH_BYTES[nameAlgorithm]);
  const padding = { padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: nameAlgorithm, oaepLabel: IDENTITY };
  return { seed, encryptedSecret: publicEncrypt({ key, ...padding }, seed) };
}

/** Part 1, annex "ECC", "Secret Sharing": a key for this once, whose public point is the encrypted secret. */
function seedForEcc({ key, curve, nameAlgorithm }: TpmPublic): Seed {
  const once = generateKeyPairSync('ec', { namedCurve: curve?.name ?? '' });
  const [own, theirs] = [pointOf(once.publicKey), pointOf(key)];
  const shared = diffieHellman({ privateKey: once.privateKey, publicKey: key });
  return {
    seed: kdfe(nameAlgorithm, shared, own.x, theirs.x),
    encryptedSecret: Buffer.concat([sized(own.x), sized(own.y)]),
  };
}

function pointOf(key: TpmPublic['key']): { readonly x: Buffer; readonly y: Buffer } {
  const { x = '', y = '' } = key.export({ format: 'jwk' });
  return { x: Buffer.from(x, 'base64url'), y: Buffer.from(y, 'base64url') };
}

/** KDFa (Part 1, "KDFa()") for what one round of HMAC gives. @param bits  wanted, a digest at most */
function kdfa(hash: StrongHashName, key: Buffer, label: string, context: Uint8Array, bits: number): Buffer {
  const sum = createHmac(hash, key).update(u32(1)).update(`${label}\0`).update(context).update(u32(bits));
  return sum.digest().subarray(0, bits / 8);
}

/** KDFe (Part 1, "KDFe()") for a whole digest, which is one round. */
function kdfe(hash: StrongHashName, shared: Buffer, partyU: Buffer, partyV: Buffer): Buffer {
  return createHash(hash).update(u32(1)).update(shared).update(IDENTITY).update(partyU).update(partyV).digest();
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

function sized(bytes: Uint8Array): Buffer {
  const size = Buffer.alloc(2);
  size.writeUInt16BE(bytes.length);
  return Buffer.concat([size, bytes]);
}
