// TPMT_PUBLIC: the public area of a key, its name, and the key in it.
import { createHash, createPublicKey, type KeyObject } from 'node:crypto';
import {
  ALG,
  CURVES,
  type Curve,
  MOST_DIGEST,
  type SignatureScheme,
  type StrongHashName,
  strongHash,
} from './algorithms.ts';
import { ATTRIBUTES, type Attribute, KNOWN_ATTRIBUTES } from './attributes.ts';
import { malformed, Reader } from './reader.ts';
import { signatureScheme } from './signature.ts';

export interface TpmPublic {
  readonly nameAlgorithm: StrongHashName;
  readonly attributes: ReadonlySet<Attribute>;
  readonly authPolicy: Buffer;
  /** Cipher that a storage key protects with: AES in CFB mode, with so many bits. */
  readonly symmetricBits?: 128 | 192 | 256;
  /** What a signing key signs with. */
  readonly scheme?: { readonly scheme: SignatureScheme; readonly hash: StrongHashName };
  readonly type: 'rsa' | 'ecc';
  readonly curve?: Curve;
  readonly key: KeyObject;
  /** Name algorithm and digest of the whole area (Part 1, "Names"): changes with every bit of it. */
  readonly name: Buffer;
}

const WHAT = 'TPMT_PUBLIC';
const MOST_RSA = 512;
const MOST_COORDINATE = 66;

/** A TPM2B_PUBLIC, as TPM2_ReadPublic answers it. @throws GatewrightError GW_ATTEST_MALFORMED */
export function parseSizedPublic(bytes: Uint8Array): TpmPublic {
  const reader = new Reader(bytes, 'TPM2B_PUBLIC');
  const area = reader.sized(0xffff);
  reader.end();
  return parsePublic(area);
}

/** @throws GatewrightError GW_ATTEST_MALFORMED */
export function parsePublic(bytes: Uint8Array): TpmPublic {
  const reader = new Reader(bytes, WHAT);
  const type = readType(reader.u16());
  const nameId = reader.u16();
  const nameAlgorithm = strongHash(nameId, WHAT);
  const attributes = readAttributes(reader.u32());
  const authPolicy = reader.sized(MOST_DIGEST);
  const symmetricBits = readSymmetric(reader);
  const scheme = readScheme(reader);
  const { key, curve } = type === 'rsa' ? readRsa(reader) : readEcc(reader);
  reader.end();
  const name = Buffer.alloc(2);
  name.writeUInt16BE(nameId);
  return {
    nameAlgorithm,
    attributes,
    authPolicy,
    ...(symmetricBits === undefined ? {} : { symmetricBits }),
    ...(scheme === undefined ? {} : { scheme }),
    type,
    ...(curve === undefined ? {} : { curve }),
    key,
    name: Buffer.concat([name, createHash(nameAlgorithm).update(bytes).digest()]),
  };
}

function readType(id: number): 'rsa' | 'ecc' {
  if (id === ALG.rsa) return 'rsa';
  if (id === ALG.ecc) return 'ecc';
  throw malformed(WHAT, `is neither an RSA nor an elliptic key but 0x${id.toString(16)}`);
}

function readAttributes(bits: number): ReadonlySet<Attribute> {
  if ((bits & ~KNOWN_ATTRIBUTES) !== 0) throw malformed(WHAT, 'has reserved attributes');
  const names = Object.keys(ATTRIBUTES) as Attribute[];
  return new Set(names.filter(name => ((bits >>> ATTRIBUTES[name]) & 1) === 1));
}

/** TPMT_SYM_DEF_OBJECT. */
function readSymmetric(reader: Reader): 128 | 192 | 256 | undefined {
  const algorithm = reader.u16();
  if (algorithm === ALG.none) return undefined;
  const [bits, mode] = [reader.u16(), reader.u16()];
  if (algorithm !== ALG.aes || mode !== ALG.cfb || (bits !== 128 && bits !== 192 && bits !== 256))
    throw malformed(WHAT, 'protects with another cipher than AES in CFB mode');
  return bits;
}

/** TPMT_RSA_SCHEME and TPMT_ECC_SCHEME; schemes for encryption are read over. */
function readScheme(reader: Reader): TpmPublic['scheme'] {
  const id = reader.u16();
  if (id === ALG.none || id === ALG.rsaes) return undefined;
  const hash = strongHash(reader.u16(), WHAT);
  return id === ALG.oaep ? undefined : { scheme: signatureScheme(id, WHAT), hash };
}

/** TPMS_RSA_PARMS after its scheme, and TPM2B_PUBLIC_KEY_RSA. */
function readRsa(reader: Reader): { key: KeyObject; curve?: undefined } {
  const [bits, exponent] = [reader.u16(), reader.u32()];
  const modulus = reader.sized(MOST_RSA);
  // An exponent of zero stands for the default one; no TPM that we know makes others.
  if (exponent !== 0 && exponent !== 0x10001) throw malformed(WHAT, `has the exponent ${exponent}`);
  if (bits < 2048 || modulus.length * 8 !== bits || (modulus[0] ?? 0) < 0x80)
    throw malformed(WHAT, `has an RSA key of ${bits} bits that is none, or is too short`);
  return { key: importKey({ kty: 'RSA', n: modulus.toString('base64url'), e: 'AQAB' }) };
}

/** TPMS_ECC_PARMS after its scheme, and TPMS_ECC_POINT. */
function readEcc(reader: Reader): { key: KeyObject; curve: Curve } {
  const [id, derivation] = [reader.u16(), reader.u16()];
  if (derivation !== ALG.none) strongHash(reader.u16(), WHAT);
  const curve = CURVES.find(known => known.id === id);
  if (curve === undefined) throw malformed(WHAT, `is of a curve 0x${id.toString(16)} we do not know`);
  const [x, y] = [reader.sized(MOST_COORDINATE), reader.sized(MOST_COORDINATE)].map(value =>
    leftPadded(value, curve.bytes),
  );
  if (x === undefined || y === undefined) throw malformed(WHAT, 'has a point that is longer than its curve');
  return {
    key: importKey({ kty: 'EC', crv: curve.name, x: x.toString('base64url'), y: y.toString('base64url') }),
    curve,
  };
}

/** A number with zeros in front, as long as asked for; undefined when it is longer. */
export function leftPadded(value: Buffer, length: number): Buffer | undefined {
  if (value.length > length) return undefined;
  return Buffer.concat([Buffer.alloc(length - value.length), value]);
}

function importKey(key: object): KeyObject {
  try {
    return createPublicKey({ key: key as never, format: 'jwk' });
  } catch {
    // A point beside its curve, for example.
    throw malformed(WHAT, 'holds no key');
  }
}
