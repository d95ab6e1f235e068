// What is wrong with the model of a box: a fact, the row it is about, and what to do.
import { CODES, type Code } from '../model/codes.ts';
import type { Severity } from '../model/diagnostic.ts';

export interface Finding {
  readonly severity: Severity;
  readonly code: Code;
  /** Printed label of the row, or the name of the section; empty when it is about the whole file. */
  readonly row: string;
  /** What is wrong, one sentence. */
  readonly summary: string;
  /** What to do, one sentence. */
  readonly remedy: string;
}

/** @param remedy  only where more can be said than the table of codes says */
export function finding(severity: Severity, code: Code, row: string, summary: string, remedy?: string): Finding {
  return { severity, code, row, summary, remedy: remedy ?? CODES[code].remedy };
}
