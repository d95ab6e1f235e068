// TPML_PCR_SELECTION: which PCRs of which banks.
import { type HashName, hashNamed } from './algorithms.ts';
import { malformed, type Reader } from './reader.ts';

/** PCRs of one bank, ascending. */
export interface PcrSelection {
  readonly bank: HashName;
  readonly pcrs: readonly number[];
}

/** HASH_COUNT of every TPM is lower; more is nonsense. */
const MOST_BANKS = 16;
/** PCR_SELECT_MIN of a PC Client: 24 PCRs. A fourth byte is allowed by PCR_SELECT_MAX of the software stack. */
const [LEAST_BYTES, MOST_BYTES] = [3, 4];

/**
 * The order is the TPM's own: the digest of a quote depends on it.
 * @throws GatewrightError GW_ATTEST_MALFORMED
 */
export function readSelections(reader: Reader, structure: string): readonly PcrSelection[] {
  const count = reader.u32();
  if (count > MOST_BANKS) throw malformed(structure, `selects PCRs of ${count} banks`);
  const selections = Array.from({ length: count }, () => readSelection(reader, structure));
  if (new Set(selections.map(({ bank }) => bank)).size < count) throw malformed(structure, 'selects one bank twice');
  return selections;
}

function readSelection(reader: Reader, structure: string): PcrSelection {
  const id = reader.u16();
  const bank = hashNamed(id);
  if (bank === undefined) throw malformed(structure, `selects PCRs of an unknown bank 0x${id.toString(16)}`);
  const length = reader.u8();
  if (length < LEAST_BYTES || length > MOST_BYTES) throw malformed(structure, `selects PCRs with ${length} bytes`);
  return { bank, pcrs: pcrsOf(reader.take(length)) };
}

/** PCR n is bit n % 8 of byte n / 8 (TPMS_PCR_SELECT). */
function pcrsOf(bitmap: Buffer): readonly number[] {
  const numbers = Array.from({ length: 8 * bitmap.length }, (_, pcr) => pcr);
  return numbers.filter(pcr => (((bitmap[pcr >> 3] ?? 0) >> (pcr & 7)) & 1) === 1);
}
