// Reads what is kept of a verdict, as far as people see it here. Whether it is to be believed is told by `gatewright attest verify`,
// which follows it again; a browser only reads. Pure.
import type { KeptVerdict, TrustFinding } from '../../../runtime/model/attestation.ts';

export interface KeptRecord {
  readonly number: number;
  /** As it was written, with all of the evidence. */
  readonly text: string;
  /** Absent when the text is no record; then the rest is absent too. */
  readonly verdict?: 'trusted' | 'mismatch' | 'unusable' | undefined;
  /** When it was given, Unix time in ms. */
  readonly atMs?: number | undefined;
  readonly findings: readonly Pick<TrustFinding, 'code' | 'message' | 'component'>[];
}

const VERDICTS = ['trusted', 'mismatch', 'unusable'] as const;
/** People read the first few; the file has all of them. */
const MOST_FINDINGS = 20;

/** Never throws: a record that cannot be read is shown as one. */
export function keptRecord({ number, text }: KeptVerdict): KeptRecord {
  const record = fieldsOf(parsed(text));
  const verdict = VERDICTS.find(one => one === record.verdict);
  const atMs = typeof record.at === 'string' ? Date.parse(record.at) : Number.NaN;
  if (verdict === undefined || Number.isNaN(atMs)) return { number, text, findings: [] };
  const findings = Array.isArray(record.findings) ? record.findings.slice(0, MOST_FINDINGS).flatMap(findingOf) : [];
  return { number, text, verdict, atMs, findings };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // shown as what it is: no record
  }
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function findingOf(value: unknown): KeptRecord['findings'] {
  const { code, message, component } = fieldsOf(value);
  if (typeof code !== 'string' || typeof message !== 'string') return [];
  return [{ code, message, ...(typeof component === 'string' ? { component } : {}) }];
}

/** Name of the file of a record. */
export function fileName(gateway: string, machine: string, number: number): string {
  return `verdict-${gateway}-${machine}-${number}.json`;
}
