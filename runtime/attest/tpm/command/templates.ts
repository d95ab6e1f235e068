// The keys that we let a TPM make. The same template gives the same key as long as the TPM keeps its seed, so nothing has to be
// stored in it.
import { createHash } from 'node:crypto';
import { ALG } from '../algorithms.ts';
import { ATTRIBUTES, type Attribute } from '../attributes.ts';
import { sized, u16, u32 } from './bytes.ts';

function attributes(...names: readonly Attribute[]): Buffer {
  return u32(names.reduce((bits, name) => bits | (1 << ATTRIBUTES[name]), 0));
}

/** PolicySecret of the endorsement hierarchy: who may use it, may use the key (EK Credential Profile, "PolicyA"). */
function endorsementPolicy(): Buffer {
  const [policySecret, endorsement] = [u32(0x151), u32(0x4000_000b)];
  const once = createHash('sha256')
    .update(Buffer.concat([Buffer.alloc(32), policySecret, endorsement]))
    .digest();
  return createHash('sha256').update(once).digest();
}

/** TPMT_PUBLIC of the endorsement key for RSA with 2048 bits (EK Credential Profile, template L-1). */
export function endorsementTemplate(): Buffer {
  const may = attributes('fixedTPM', 'fixedParent', 'sensitiveDataOrigin', 'adminWithPolicy', 'restricted', 'decrypt');
  const aes = [u16(ALG.aes), u16(128), u16(ALG.cfb)];
  const rsa = [u16(ALG.none), u16(2048), u32(0), sized(Buffer.alloc(256))];
  return Buffer.concat([u16(ALG.rsa), u16(ALG.sha256), may, sized(endorsementPolicy()), ...aes, ...rsa]);
}

/** TPMT_PUBLIC of the attestation key: signs only what the TPM says itself. P-256, ECDSA with SHA-256. */
export function attestationTemplate(): Buffer {
  const may = attributes(
    'fixedTPM',
    'fixedParent',
    'sensitiveDataOrigin',
    'userWithAuth',
    'restricted',
    'sign',
    'noDA',
  );
  const scheme = [u16(ALG.none), u16(ALG.ecdsa), u16(ALG.sha256), u16(0x0003), u16(ALG.none)];
  // What makes this key another one than that of anybody else who makes one in the same hierarchy.
  const unique = createHash('sha256').update('gatewright attestation key 1').digest();
  const point = [sized(unique), sized(Buffer.alloc(32))];
  return Buffer.concat([u16(ALG.ecc), u16(ALG.sha256), may, sized(Buffer.alloc(0)), ...scheme, ...point]);
}
