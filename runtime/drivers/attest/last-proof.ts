// What a history says of the last thing that was proven.
import { parseRecord } from '../../attest/history.ts';
import type { AttestedMachine } from '../../host/attestation-store.ts';
import type { TrustFinding } from '../../model/attestation.ts';
import { isGatewrightError } from '../../model/errors.ts';

export interface Proof {
  /** Unix time in ms, as it was written. */
  readonly at: number;
  readonly record: number;
}

/** Records beyond these are too old to tell of. */
const MOST_LOOKED_AT = 50;

/** `undefined` when nothing was proven in the last records. @throws GatewrightError GW_HOST_IO */
export async function lastProof(
  history: AttestedMachine['history'],
): Promise<{ readonly proof: Proof; readonly findings: readonly TrustFinding[] } | undefined> {
  const numbers = (await history.numbers()).slice(-MOST_LOOKED_AT).reverse();
  for (const number of numbers) {
    const kept = await history.read(number);
    const record = kept === undefined ? undefined : readable(kept.text);
    if (record === undefined || record.verdict === 'unusable') continue;
    return { proof: { at: Date.parse(record.at), record: number }, findings: record.findings.slice(0, 100) };
  }
  return undefined;
}

/** A record that was damaged says nothing. */
function readable(text: string): ReturnType<typeof parseRecord> | undefined {
  try {
    return parseRecord(text);
  } catch (error) {
    if (isGatewrightError(error)) return undefined;
    throw error;
  }
}
