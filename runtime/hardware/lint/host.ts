// Whether a host can honour what a profile promises: its real devices and IOMMU groups decide.
import { listed, quoted } from '../../model/plain-text.ts';
import { type Finding, finding } from '../finding.ts';
import { type PciAddress, swappedPciAddress } from '../pci-address.ts';
import type { BoxPort, BoxProfile } from '../profile.ts';
import { groupNames, groupsOf, labels } from './groups.ts';
import { pciAddressOf } from './rows.ts';

/**
 * @param profile  what is promised
 * @param host     what was probed
 */
export function lintAgainst(profile: BoxProfile, host: BoxProfile): readonly Finding[] {
  const assignable = profile.ports.filter(port => port.group !== undefined && pciAddressOf(port) !== undefined);
  // A host that told no devices cannot contradict.
  const absent = host.pciDevices.length === 0 ? [] : profile.ports.filter(port => isAbsent(port, host));
  return [
    ...absent.flatMap(port => absence(port, host)),
    ...(host.iommu.active === false && assignable.length > 0 ? [noIommu(assignable)] : []),
    ...host.iommu.groups.flatMap(group => lintGroup(group, assignable, host)),
  ];
}

function isAbsent(port: BoxPort, host: BoxProfile): boolean {
  const address = pciAddressOf(port);
  return address !== undefined && !host.pciDevices.some(device => device.address === address);
}

function absence(port: BoxPort, host: BoxProfile): Finding[] {
  const address = pciAddressOf(port) ?? '';
  const swapped = swappedPciAddress(address);
  const summary = `${port.label} is said to be at ${address}, where this host has no device.`;
  if (swapped === undefined || !host.pciDevices.some(device => device.address === swapped))
    return [finding('error', 'GW_PROFILE_DEVICE_ABSENT', port.label, summary)];
  const remedy = `Bus and device are the wrong way round: this host has a device at ${swapped}.`;
  return [finding('error', 'GW_PROFILE_PCI_SWAPPED', port.label, summary, remedy)];
}

function noIommu(ports: readonly BoxPort[]): Finding {
  const summary = `${labels(ports)} may be given to VMs by PCI address, but this host has no IOMMU that works.`;
  return finding('error', 'GW_PROFILE_IOMMU_OFF', ports[0]?.label ?? '', summary);
}

interface Group {
  readonly group: number;
  readonly devices: readonly PciAddress[];
}

function lintGroup({ group, devices }: Group, assignable: readonly BoxPort[], host: BoxProfile): Finding[] {
  const inside = assignable.filter(port => devices.includes(pciAddressOf(port) ?? ''));
  const [first] = inside;
  if (first === undefined) return [];
  if (groupsOf(inside).length > 1) {
    const summary = `${labels(inside)} are in the IOMMU group ${group} of this host and in the groups ${groupNames(inside)}.`;
    return [finding('error', 'GW_PROFILE_IOMMU_SPLIT', first.label, summary)];
  }
  const named = new Set(inside.map(pciAddressOf));
  const neighbours = devices.filter(device => !named.has(device) && !isBridge(device, host));
  if (neighbours.length === 0) return [];
  const summary = `With ${labels(inside)} go ${listed(neighbours)} of the IOMMU group ${group}, which ${quoted(first.group)} does not name.`;
  return [finding('error', 'GW_PROFILE_IOMMU_NEIGHBOUR', first.label, summary)];
}

/** Host bridges and bridges between buses stay with the host while what is behind them goes; the bridge to ISA does not. */
function isBridge(address: PciAddress, host: BoxProfile): boolean {
  return host.pciDevices.some(device => device.address === address && /^060[04]/.test(device.classCode ?? ''));
}
