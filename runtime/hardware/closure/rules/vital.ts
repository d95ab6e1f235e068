// What the host cannot be without stays with it: the card through which it is managed, and the disk that it runs from.
import { CODES } from '../../../model/codes.ts';
import { freeOne, redirection } from '../alternative.ts';
import { isGiven } from '../claim.ts';
import type { Claimed, Claims } from '../claimed.ts';
import { type ClaimFinding, claimFinding } from '../finding.ts';
import { claimName, unitName, unitNames } from '../words.ts';

export function proveVital(each: Claimed, claims: Claims): readonly ClaimFinding[] {
  if (!isGiven(each.claim)) return [];
  const found = new Map<ClaimFinding['code'], ClaimFinding>();
  for (const [unit, tie] of each.closure) {
    const vital = claims.vital.get(unit);
    if (vital === undefined) continue;
    const code = vital === 'management' ? 'GW_CLAIM_MANAGEMENT' : 'GW_CLAIM_BOOT_DISK';
    if (found.has(code)) continue;
    const what = unitName(unit, claims.inventory);
    const why = vital === 'management' ? 'through which the box is managed' : 'which the host runs from';
    const summary =
      tie === 'held'
        ? `${claimName(each)} gives ${what} away, ${why}.`
        : `With ${unitNames(each.units, claims.inventory)}, ${claimName(each)} takes ${what} along, ${why}.`;
    const way = tie === 'held' || tie === 'carried' ? undefined : redirection(each, claims);
    const remedy = way === undefined ? (freeOne(each, claims) ?? CODES[code].remedy) : `${way} instead.`;
    found.set(code, claimFinding(code, each, summary, remedy));
  }
  return [...found.values()];
}
