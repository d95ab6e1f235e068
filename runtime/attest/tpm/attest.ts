// TPMS_ATTEST: what a TPM signs. Only quotes and certified creations are of use to us.
import { MOST_DIGEST, MOST_NAME } from './algorithms.ts';
import { malformed, Reader } from './reader.ts';
import { type PcrSelection, readSelections } from './selection.ts';

/** TPMS_CLOCK_INFO. */
export interface ClockInfo {
  /** Milliseconds that the TPM was powered, over its whole life. */
  readonly clock: bigint;
  /** TPM resets: boots of the machine. */
  readonly resetCount: number;
  /** TPM restarts and resumes since the last reset: sleeps of the machine. */
  readonly restartCount: number;
  /** Whether no higher clock was ever told. */
  readonly safe: boolean;
}

interface Attested {
  /** Qualified name of the signing key. */
  readonly signer: Buffer;
  /** What the asker gave: the nonce. */
  readonly extraData: Buffer;
  readonly clockInfo: ClockInfo;
  readonly firmwareVersion: bigint;
}

export interface Quote extends Attested {
  readonly type: 'quote';
  readonly selections: readonly PcrSelection[];
  /** Digest over all selected PCRs in order, with the hash of the signing scheme. */
  readonly pcrDigest: Buffer;
}

export interface CertifiedCreation extends Attested {
  readonly type: 'creation';
  readonly objectName: Buffer;
  /** Digest of the TPMS_CREATION_DATA, with the name algorithm of the object. */
  readonly creationHash: Buffer;
}

/** TPM_GENERATED_VALUE: no restricted key signs data from outside that begins so. */
const GENERATED = 0xff544347;
/** TPM_ST_ATTEST_QUOTE and TPM_ST_ATTEST_CREATION. */
const [QUOTE, CREATION] = [0x8018, 0x801a];

/** @throws GatewrightError GW_ATTEST_MALFORMED */
export function parseAttest(bytes: Uint8Array): Quote | CertifiedCreation {
  const reader = new Reader(bytes, 'TPMS_ATTEST');
  if (reader.u32() !== GENERATED) throw malformed('TPMS_ATTEST', 'was not made by a TPM');
  const type = reader.u16();
  if (type !== QUOTE && type !== CREATION) throw malformed('TPMS_ATTEST', `is of type 0x${type.toString(16)}`);
  const attested = readAttested(reader);
  const answer: Quote | CertifiedCreation =
    type === QUOTE
      ? {
          ...attested,
          type: 'quote',
          selections: readSelections(reader, 'TPMS_QUOTE_INFO'),
          pcrDigest: reader.sized(MOST_DIGEST),
        }
      : {
          ...attested,
          type: 'creation',
          objectName: reader.sized(MOST_NAME),
          creationHash: reader.sized(MOST_DIGEST),
        };
  reader.end();
  return answer;
}

/** As {@link parseAttest}, and refuses what is no quote. @throws GatewrightError GW_ATTEST_MALFORMED */
export function parseQuote(bytes: Uint8Array): Quote {
  const attest = parseAttest(bytes);
  if (attest.type !== 'quote') throw malformed('TPMS_ATTEST', 'is no quote');
  return attest;
}

function readAttested(reader: Reader): Attested {
  const [signer, extraData] = [reader.sized(MOST_NAME), reader.sized(MOST_NAME)];
  const [clock, resetCount, restartCount, safe] = [reader.u64(), reader.u32(), reader.u32(), reader.yesNo()];
  return { signer, extraData, clockInfo: { clock, resetCount, restartCount, safe }, firmwareVersion: reader.u64() };
}
