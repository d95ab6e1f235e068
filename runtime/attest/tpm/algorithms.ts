// The algorithms we know, by their numbers in the TCG Algorithm Registry. Everything else is refused.
import { malformed } from './reader.ts';

export const HASH_NAMES = ['sha1', 'sha256', 'sha384', 'sha512'] as const;
export type HashName = (typeof HASH_NAMES)[number];
/** What may prove something. SHA-1 is only read, in logs that have it beside others. */
export const STRONG_HASH_NAMES = ['sha256', 'sha384', 'sha512'] as const;
export type StrongHashName = (typeof STRONG_HASH_NAMES)[number];

export const HASH_BYTES: Readonly<Record<HashName, number>> = { sha1: 20, sha256: 32, sha384: 48, sha512: 64 };
/** sizeof(TPMU_HA): the longest digest. */
export const MOST_DIGEST = 64;
/** sizeof(TPMU_NAME): an algorithm and a digest. */
export const MOST_NAME = 2 + MOST_DIGEST;

export const ALG = {
  rsa: 0x0001,
  sha1: 0x0004,
  aes: 0x0006,
  sha256: 0x000b,
  sha384: 0x000c,
  sha512: 0x000d,
  none: 0x0010,
  rsassa: 0x0014,
  rsaes: 0x0015,
  rsapss: 0x0016,
  oaep: 0x0017,
  ecdsa: 0x0018,
  ecc: 0x0023,
  cfb: 0x0043,
} as const;

export const SIGNATURE_SCHEMES = ['rsassa', 'rsapss', 'ecdsa'] as const;
export type SignatureScheme = (typeof SIGNATURE_SCHEMES)[number];

/** TPM_ECC_CURVE; `bytes` of a coordinate. */
export const CURVES = [
  { id: 0x0003, name: 'P-256', openssl: 'prime256v1', bytes: 32 },
  { id: 0x0004, name: 'P-384', openssl: 'secp384r1', bytes: 48 },
  { id: 0x0005, name: 'P-521', openssl: 'secp521r1', bytes: 66 },
] as const;
export type Curve = (typeof CURVES)[number];

/** Name of a hash, by its number. */
export function hashNamed(id: number): HashName | undefined {
  return HASH_NAMES.find(name => ALG[name] === id);
}

/** TPMI_ALG_HASH of what has to be believed. @throws GatewrightError GW_ATTEST_MALFORMED for a weak or unknown one */
export function strongHash(id: number, structure: string): StrongHashName {
  const name = STRONG_HASH_NAMES.find(known => ALG[known] === id);
  if (name === undefined) throw malformed(structure, `uses hash 0x${id.toString(16)}, which proves nothing to us`);
  return name;
}
