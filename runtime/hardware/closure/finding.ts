// What is wrong with a claim on a box: a fact, and the smallest thing that would be legal.
import type { Address } from '../../model/address.ts';
import { CODES, type Code } from '../../model/codes.ts';
import type { Severity } from '../../model/diagnostic.ts';
import type { Claimed } from './claimed.ts';

export interface ClaimFinding {
  readonly severity: Severity;
  readonly code: Extract<Code, `GW_CLAIM_${string}`>;
  /** Of the claim that cannot be as it is. */
  readonly address: Address;
  /** Of the claims of the same design that take part. */
  readonly related: readonly Address[];
  /** What is wrong, one sentence. */
  readonly summary: string;
  /** What to do, one sentence. */
  readonly remedy: string;
}

/** @param remedy  only where more can be said than the table of codes says @param other  the claim in conflict */
export function claimFinding(
  code: ClaimFinding['code'],
  { claim }: Claimed,
  summary: string,
  remedy?: string,
  other?: Claimed,
): ClaimFinding {
  const related = other === undefined || other.isElsewhere ? [] : [other.claim.address];
  return { severity: 'error', code, address: claim.address, related, summary, remedy: remedy ?? CODES[code].remedy };
}
