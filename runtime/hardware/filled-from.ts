// Two profiles of one box as one: what the better one does not know is taken from the other, with what stands behind it. Pure.
import type { Evidence } from './evidence.ts';
import type { BoxProfile, Nic } from './profile.ts';

interface Row {
  readonly evidence: Evidence;
}

/**
 * @param profile  counts wherever it says anything
 * @param other    fills in fields of things that both know; things that it alone knows are left out
 */
export function filledFrom(profile: BoxProfile, other: BoxProfile): BoxProfile {
  const { iommu, usb } = profile;
  const filled = fill(iommu, other.iommu);
  return {
    ...profile,
    identity: fill(profile.identity, other.identity),
    cpu: fill(profile.cpu, other.cpu),
    memory: fill(profile.memory, other.memory),
    iommu: iommu.groups.length > 0 ? filled : { ...filled, groups: other.iommu.groups },
    pciDevices: fillRows(profile.pciDevices, other.pciDevices, device => device.address),
    disks: fillRows(profile.disks, other.disks, disk => disk.name),
    nics: fillRows(profile.nics, other.nics, nicKey),
    usb: { ...usb, devices: fillRows(usb.devices, other.usb.devices, device => device.port) },
  };
}

/** One card may carry several interfaces; a card without any has none to mix up. */
function nicKey({ interface: name, pciAddress, usbPort }: Nic): string {
  return `${name} at ${pciAddress ?? usbPort}`;
}

function fillRows<T extends Row>(rows: readonly T[], others: readonly T[], keyOf: (row: T) => string): T[] {
  const byKey = new Map(others.map(row => [keyOf(row), row]));
  return rows.map(row => fill(row, byKey.get(keyOf(row))));
}

function fill<T extends Row>(row: T, other: T | undefined): T {
  const added = Object.entries(other ?? {}).filter(([field, value]) => value !== undefined && !(field in row));
  if (other === undefined || added.length === 0) return row;
  const facts = added.flatMap(([field]) => {
    const fact = other.evidence[field] ?? other.evidence['*'];
    return fact === undefined ? [] : [[field, fact] as const];
  });
  return { ...row, ...Object.fromEntries(added), evidence: { ...row.evidence, ...Object.fromEntries(facts) } };
}
