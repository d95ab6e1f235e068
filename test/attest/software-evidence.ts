// Evidence as a TPM gives it, signed by a key of software: for where many boots are wanted and no TPM is.
import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { goldenOf } from '../../runtime/attest/boot-events.ts';
import { initialPcr, parseEventLog, replay } from '../../runtime/attest/event-log.ts';
import type { EvidenceInput } from '../../runtime/attest/evidence.ts';
import { ALG } from '../../runtime/attest/tpm/algorithms.ts';
import { ATTRIBUTES } from '../../runtime/attest/tpm/attributes.ts';
import { parseSizedPublic } from '../../runtime/attest/tpm/public.ts';

export interface SoftwareTpm {
  /** A quote over PCR 0 to 9 after what a log tells, trusted by the policy beside it. */
  evidence(log: Buffer, nonce: Buffer, resetCount?: number): EvidenceInput;
}

const JUDGED = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];
const ROLE = ['fixedTPM', 'fixedParent', 'sensitiveDataOrigin', 'userWithAuth', 'restricted', 'sign'] as const;

export function softwareTpm(): SoftwareTpm {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const { x = '', y = '' } = publicKey.export({ format: 'jwk' });
  const attributes = ROLE.reduce((bits, name) => bits | (1 << ATTRIBUTES[name]), 0);
  const head = [u16(ALG.ecc), u16(ALG.sha256), u32(attributes), sized(Buffer.alloc(0)), u16(ALG.none)];
  const scheme = [u16(ALG.ecdsa), u16(ALG.sha256), u16(0x0003), u16(ALG.none)];
  const point = [x, y].map(value => sized(Buffer.from(value, 'base64url')));
  const key = sized(Buffer.concat([...head, ...scheme, ...point]));
  const name = parseSizedPublic(key).name.toString('hex');
  return {
    evidence(log, nonce, resetCount = 1) {
      const parsed = parseEventLog(log);
      const replayed = replay(parsed, 'sha256');
      const pcrs = new Map(JUDGED.map(pcr => [pcr, replayed.get(pcr) ?? initialPcr(pcr, 'sha256')] as const));
      const clock = [Buffer.alloc(8), u32(resetCount), u32(0), Buffer.of(1), Buffer.alloc(8)];
      const digest = createHash('sha256')
        .update(Buffer.concat([...pcrs.values()]))
        .digest();
      const selection = [u32(1), u16(ALG.sha256), Buffer.from([3, 0xff, 0x03, 0])];
      const attested = [Buffer.from('ff5443478018', 'hex'), sized(Buffer.alloc(34)), sized(nonce), ...clock];
      const quote = Buffer.concat([...attested, ...selection, sized(digest)]);
      const bytes = sign('sha256', quote, { key: privateKey, dsaEncoding: 'ieee-p1363' });
      const signed = [u16(ALG.ecdsa), u16(ALG.sha256), sized(bytes.subarray(0, 32)), sized(bytes.subarray(32))];
      const hex = [...pcrs].map(([pcr, value]) => [pcr, value.toString('hex')] as const);
      return {
        ...{ version: 1, takenAt: new Date().toISOString(), nonce: nonce.toString('hex') },
        ...{ quote: quote.toString('hex'), signature: Buffer.concat(signed).toString('hex'), key: key.toString('hex') },
        ...{ pcrs: { sha256: Object.fromEntries(hex) }, log: log.toString('base64') },
        policy: {
          version: 1,
          bank: 'sha256',
          pcrs: JUDGED,
          key: name,
          ...goldenOf('sha256', JUDGED, { pcrs, log: parsed }),
        },
      };
    },
  };
}

function u16(value: number): Buffer {
  return Buffer.from([value >> 8, value & 0xff]);
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

function sized(bytes: Buffer): Buffer {
  return Buffer.concat([u16(bytes.length), bytes]);
}
