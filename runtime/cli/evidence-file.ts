// Files with evidence of a TPM. A record of a history is taken for the evidence in it.
import { type Evidence, parseEvidence } from '../attest/evidence.ts';
import { GatewrightError } from '../model/errors.ts';
import { readBounded, type Wanted } from './bounded-file.ts';

const EVIDENCE: Wanted = { file: 'a file with evidence', inFolder: 'the evidence', limitBytes: 32 * 1024 * 1024 };

/**
 * @param file  `-` reads standard input
 * @throws UsageError for a file that cannot be read, GatewrightError GW_ATTEST_EVIDENCE for one that holds something else
 */
export async function readEvidence(file: string): Promise<Evidence> {
  return parseEvidence(evidenceIn(await readJson(file, EVIDENCE)));
}

/** @throws as {@link readEvidence} */
export async function readJson(path: string, wanted: Wanted): Promise<unknown> {
  const text = await readBounded(path, wanted);
  if (text === undefined)
    throw new GatewrightError('GW_ATTEST_EVIDENCE', `${path} is larger than ${wanted.limitBytes >> 20} MiB`);
  try {
    return JSON.parse(text);
  } catch {
    throw new GatewrightError('GW_ATTEST_EVIDENCE', `${path} is no JSON`);
  }
}

function evidenceIn(value: unknown): unknown {
  return typeof value === 'object' && value !== null && 'evidence' in value ? value.evidence : value;
}
