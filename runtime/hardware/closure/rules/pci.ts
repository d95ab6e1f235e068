// What must hold of PCI functions that a VM is given: they are there, an IOMMU keeps them apart, and its groups are whole.
import { listed } from '../../../model/plain-text.ts';
import { freeOne, redirection } from '../alternative.ts';
import type { Claimed, Claims } from '../claimed.ts';
import { type ClaimFinding, claimFinding } from '../finding.ts';
import { nameIn, sortOf, type Unit, unitOf } from '../unit.ts';
import { claimName, ownerName, unitNames } from '../words.ts';

export function provePci(each: Claimed, claims: Claims): readonly ClaimFinding[] {
  if (each.claim.held.by !== 'pci') return [];
  const missing = noIommu(each, claims);
  return missing.length > 0 ? missing : [...absent(each, claims), ...bridges(each, claims), ...broken(each, claims)];
}

function noIommu(each: Claimed, claims: Claims): readonly ClaimFinding[] {
  const { cpu, iommu } = claims.inventory.box;
  const wants = `${claimName(each)} gives ${unitNames(each.units, claims.inventory)} to ${ownerName(each.claim)}`;
  const way = redirection(each, claims);
  if (cpu.vtd === false) {
    const remedy =
      way === undefined
        ? 'Use USB or serial redirection, or share the device: this CPU has no VT-d.'
        : `${way}: this CPU has no VT-d.`;
    return [claimFinding('GW_CLAIM_IOMMU', each, `${wants}, and this CPU has no VT-d.`, remedy)];
  }
  if (iommu.active === false) {
    const on = 'switch VT-d on in the firmware and start the kernel with intel_iommu=on';
    const remedy = way === undefined ? `S${on.slice(1)}.` : `${way}, or ${on}.`;
    return [claimFinding('GW_CLAIM_IOMMU', each, `${wants}, and the kernel of the box uses no IOMMU.`, remedy)];
  }
  if (iommu.active === true || iommu.groups.length > 0) return [];
  return [
    {
      ...claimFinding('GW_CLAIM_UNPROVEN', each, `${wants}, and nothing is known of the IOMMU of the box.`),
      severity: 'warning',
    },
  ];
}

function absent(each: Claimed, { inventory }: Claims): readonly ClaimFinding[] {
  if (inventory.box.pciDevices.length === 0) return [];
  const missing = each.units.filter(unit => inventory.pciDevice(nameIn(unit)) === undefined);
  if (missing.length === 0) return [];
  return [
    claimFinding(
      'GW_CLAIM_ABSENT',
      each,
      `${claimName(each)} is at ${listed(missing.map(nameIn))}, where the box has no device.`,
    ),
  ];
}

function bridges(each: Claimed, { inventory }: Claims): readonly ClaimFinding[] {
  const found = each.units.filter(unit => inventory.isBridge(nameIn(unit)));
  if (found.length === 0) return [];
  const summary = `${claimName(each)} gives ${unitNames(found, inventory)} to ${ownerName(each.claim)}, and a bridge between buses stays with the host.`;
  return [claimFinding('GW_CLAIM_BRIDGE', each, summary)];
}

/** Groups of which something is left over that nobody is given. What somebody else has is told as a conflict. */
function broken(each: Claimed, claims: Claims): readonly ClaimFinding[] {
  const { inventory } = claims;
  const groups = new Set(each.units.flatMap(unit => inventory.groupOf(nameIn(unit)) ?? []));
  return [...groups].flatMap(({ group, members }) => {
    const units = members.map(member => unitOf('pci', member));
    const left = units.filter(unit => !each.units.includes(unit) && !claims.holders.has(unit));
    if (left.length === 0) return [];
    const summary = `The IOMMU group ${group} is ${unitNames(units, inventory)}, which go to a VM only together; ${claimName(each)} names ${named(each, units)}.`;
    return [claimFinding('GW_CLAIM_GROUP', each, summary, completion(each, units, claims))];
  });
}

function named({ units }: Claimed, group: readonly Unit[]): string {
  return listed(group.filter(unit => units.includes(unit)).map(nameIn));
}

/** Adding the rest is smallest where the host can do without it. */
function completion(each: Claimed, group: readonly Unit[], claims: Claims): string {
  const rest = group.filter(unit => !each.units.includes(unit));
  const all = [...new Set([...each.units, ...rest])].map(nameIn).sort();
  if (rest.every(unit => isSpare(unit, claims))) return `Name all of them in ${claimName(each)}: ${all.join(' ')}.`;
  const way = redirection(each, claims);
  if (way !== undefined) return `${way}: that needs no group.`;
  const free = freeOne(each, claims);
  if (free !== undefined) return free;
  return each.units.every(unit => ON_BOARD.test(nameIn(unit)))
    ? 'Leave it to the host, of whose chipset it is a part, or use USB or serial redirection.'
    : 'Plug the card into another slot, or use USB or serial redirection.';
}

/** Bus 0 has no slots for cards. */
const ON_BOARD = /^[0-9a-f]{4}:00:/;

/** Devices of the chipset that a host has only one of, by their class. */
const CHIPSET = /^(0601|0106|0108|0c05|0300)/;

function isSpare(unit: Unit, { inventory, holders, vital }: Claims): boolean {
  const { classCode = '' } = inventory.pciDevice(nameIn(unit)) ?? {};
  const reached = [unit, ...inventory.edges(unit).keys()].filter(one => sortOf(one) !== 'group');
  return !CHIPSET.test(classCode) && reached.every(one => !holders.has(one) && !vital.has(one));
}
