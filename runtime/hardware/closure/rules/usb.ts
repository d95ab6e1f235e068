// What goes along with a USB controller besides what others claim.
import type { Claimed, Claims } from '../claimed.ts';
import { type ClaimFinding, claimFinding } from '../finding.ts';
import { nameIn, sortOf } from '../unit.ts';
import { claimName, ownerName, unitNames } from '../words.ts';

/** A USB controller takes along whatever is plugged in, such as the keyboard of the host. */
export function proveUsb(each: Claimed, { inventory, holders }: Claims): readonly ClaimFinding[] {
  if (each.claim.held.by !== 'pci') return [];
  const loose = [...each.closure].flatMap(([unit, tie]) =>
    sortOf(unit) === 'usb' && tie === 'controller' && !inventory.isHub(nameIn(unit)) && !holders.has(unit)
      ? [unit]
      : [],
  );
  if (loose.length === 0) return [];
  const summary = `With ${unitNames(each.units, inventory)}, ${claimName(each)} gives ${unitNames(loose, inventory)} to ${ownerName(each.claim)} too.`;
  const remedy = 'Give what is needed by its USB port instead, or make sure that the host can do without the rest.';
  return [{ ...claimFinding('GW_CLAIM_CONTROLLER', each, summary, remedy), severity: 'warning' }];
}
