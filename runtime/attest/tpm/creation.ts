// TPMS_CREATION_DATA: under which circumstances a TPM made a key.
import { MOST_DIGEST, MOST_NAME } from './algorithms.ts';
import { Reader } from './reader.ts';
import { type PcrSelection, readSelections } from './selection.ts';

export interface CreationData {
  readonly selections: readonly PcrSelection[];
  /** Digest over the selected PCRs at that time, with the name algorithm of the key; empty when none were selected. */
  readonly pcrDigest: Buffer;
  /** TPMA_LOCALITY, a bitmap. */
  readonly locality: number;
  /** Number of the parent's name algorithm; that of "none" for a primary key. */
  readonly parentNameAlgorithm: number;
  readonly parentName: Buffer;
  readonly parentQualifiedName: Buffer;
  /** What the maker of the key wanted in here. */
  readonly outsideInfo: Buffer;
}

/** @throws GatewrightError GW_ATTEST_MALFORMED */
export function parseCreationData(bytes: Uint8Array): CreationData {
  const reader = new Reader(bytes, 'TPMS_CREATION_DATA');
  const creation = {
    selections: readSelections(reader, 'TPMS_CREATION_DATA'),
    pcrDigest: reader.sized(MOST_DIGEST),
    locality: reader.u8(),
    parentNameAlgorithm: reader.u16(),
    parentName: reader.sized(MOST_NAME),
    parentQualifiedName: reader.sized(MOST_NAME),
    outsideInfo: reader.sized(MOST_NAME),
  };
  reader.end();
  return creation;
}
