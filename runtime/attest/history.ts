// Verdicts as they were given, with all that they follow from: anybody can follow each again, later and elsewhere. Every record
// names the one before it by its hash, so none can be changed or taken out of the middle unseen.
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { COMPONENTS } from '../model/boot-component.ts';
import { Evidence, parsed } from './evidence.ts';
import type { Finding } from './finding.ts';
import { Hex } from './policy.ts';
import { type Verdict, verify } from './verdict.ts';

export const VerdictRecord = z.strictObject({
  version: z.literal(1),
  /** Place in the history, from 1. */
  number: z.int().min(1),
  /** When the verdict was given, by the wall clock. */
  at: z.iso.datetime(),
  /** SHA-256 of the record before as it was written; of the first one none. */
  before: Hex.length(2 * 32).optional(),
  verdict: z.enum(['trusted', 'mismatch', 'unusable']),
  findings: z
    .array(
      z.strictObject({
        code: z.string().max(100),
        message: z.string().max(10_000),
        component: z.enum(COMPONENTS).optional(),
        pcr: z.int().min(0).max(31).optional(),
      }),
    )
    .max(100_000),
  evidence: Evidence,
});
export type VerdictRecord = z.output<typeof VerdictRecord>;

/** A record as it is kept. */
export interface Kept {
  readonly number: number;
  readonly text: string;
}

/**
 * The text of the next record.
 * @param last  the record before it, as it was written; undefined for the first one
 */
export function nextRecord(last: Kept | undefined, evidence: Evidence, verdict: Verdict, at: Date): Kept {
  const number = (last?.number ?? 0) + 1;
  const record = {
    ...{ version: 1, number, at: at.toISOString(), ...(last === undefined ? {} : { before: hashOf(last.text) }) },
    ...{ verdict: verdict.verdict, findings: verdict.findings, evidence },
  } satisfies Omit<VerdictRecord, 'findings'> & { findings: readonly Finding[] };
  return { number, text: `${JSON.stringify(record)}\n` };
}

/** @throws GatewrightError GW_ATTEST_EVIDENCE with the first thing that does not fit */
export function parseRecord(text: string): VerdictRecord {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // No JSON is no record either.
  }
  return parsed(VerdictRecord, value, 'a record of a verdict');
}

/** A record that is looked at again. */
export interface Reviewed {
  readonly record: VerdictRecord;
  /** Why it is not to be believed; plain sentences. */
  readonly doubts: readonly string[];
}

/**
 * Follows one verdict again.
 * @param before  the record that stood before it, when that is kept
 * @throws GatewrightError GW_ATTEST_EVIDENCE for what is no record
 */
export function review({ number, text }: Kept, before: Kept | undefined): Reviewed {
  const record = parseRecord(text);
  const again = verify(record.evidence).verdict;
  const doubts = [
    ...(record.number === number ? [] : [`It says that it is record ${record.number}.`]),
    ...(again === record.verdict ? [] : [`Its evidence is ${again} now, and was ${record.verdict} then.`]),
    ...(chained(record, number, before) ? [] : ['It does not continue the record before it: one of them was changed.']),
  ];
  return { record, doubts };
}

/** Old records are removed from the front, so the first that is kept may have had one before it. */
function chained({ before }: VerdictRecord, number: number, last: Kept | undefined): boolean {
  if (number === 1) return before === undefined;
  if (before === undefined) return false;
  return last === undefined || (last.number === number - 1 && hashOf(last.text) === before);
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
