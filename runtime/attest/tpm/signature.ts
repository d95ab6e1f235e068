// TPMT_SIGNATURE, as RSA and elliptic keys make it.
import {
  ALG,
  MOST_DIGEST,
  SIGNATURE_SCHEMES,
  type SignatureScheme,
  type StrongHashName,
  strongHash,
} from './algorithms.ts';
import { malformed, Reader } from './reader.ts';

export type TpmSignature =
  | { readonly scheme: 'rsassa' | 'rsapss'; readonly hash: StrongHashName; readonly signature: Buffer }
  | { readonly scheme: 'ecdsa'; readonly hash: StrongHashName; readonly r: Buffer; readonly s: Buffer };

/** MAX_RSA_KEY_BYTES: 4096 bits. */
const MOST_RSA = 512;
/** MAX_ECC_KEY_BYTES: P-521 has two bytes more than the longest digest. */
const MOST_COORDINATE = MOST_DIGEST + 2;

/** @throws GatewrightError GW_ATTEST_MALFORMED */
export function parseSignature(bytes: Uint8Array): TpmSignature {
  const reader = new Reader(bytes, 'TPMT_SIGNATURE');
  const scheme = signatureScheme(reader.u16(), 'TPMT_SIGNATURE');
  const hash = strongHash(reader.u16(), 'TPMT_SIGNATURE');
  const answer: TpmSignature =
    scheme === 'ecdsa'
      ? { scheme, hash, r: reader.sized(MOST_COORDINATE), s: reader.sized(MOST_COORDINATE) }
      : { scheme, hash, signature: reader.sized(MOST_RSA) };
  reader.end();
  return answer;
}

/** Name of a signature scheme. @throws GatewrightError GW_ATTEST_MALFORMED for one that we do not know */
export function signatureScheme(id: number, structure: string): SignatureScheme {
  const scheme = SIGNATURE_SCHEMES.find(name => ALG[name] === id);
  if (scheme === undefined) throw malformed(structure, `is of a signature scheme 0x${id.toString(16)} we do not know`);
  return scheme;
}
