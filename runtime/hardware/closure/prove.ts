// Proves what a design wants of a box: whether each VM can be given what is drawn for it, and nothing else goes along that
// somebody needs. Pure and quick, so that the same proof runs while one draws, on the command line, and on the box itself.
import { compare } from './claim.ts';
import { type ClaimInput, lookUp } from './claimed.ts';
import type { ClaimFinding } from './finding.ts';
import { proveConflicts } from './rules/conflict.ts';
import { provePci } from './rules/pci.ts';
import { proveUsb } from './rules/usb.ts';
import { proveVital } from './rules/vital.ts';

/**
 * The same findings in the same order, in whatever order claims and rows of the box come. A claim that is refused stays refused
 * whatever else is claimed.
 */
export function proveClaims(input: ClaimInput): readonly ClaimFinding[] {
  const claims = lookUp(input);
  const own = claims.all.filter(each => !each.isElsewhere);
  return [
    ...own.flatMap(each => [...provePci(each, claims), ...proveVital(each, claims), ...proveUsb(each, claims)]),
    ...proveConflicts(claims),
  ].sort((a, b) => compare(a.address, b.address) || compare(a.code, b.code) || compare(a.summary, b.summary));
}
