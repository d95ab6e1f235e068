// What is wrong between rows: things that only go together stand in different groups, or a group takes too much along.
import { listed, quoted } from '../../model/plain-text.ts';
import { type Finding, finding } from '../finding.ts';
import { pciSlot } from '../pci-address.ts';
import type { BoxPort, BoxProfile } from '../profile.ts';
import { pciAddressOf } from './rows.ts';

/** @param host  whose IOMMU groups, where they are known, decide what goes together; see host.ts for those */
export function lintGroups(profile: BoxProfile, host: BoxProfile): readonly Finding[] {
  const assignable = profile.ports.filter(port => port.group !== undefined);
  const isolated = new Set(host.iommu.groups.flatMap(group => group.devices));
  const unknown = profile.ports.filter(port => !isolated.has(pciAddressOf(port) ?? ''));
  return [
    ...split(profile.ports, port => port.address.irq?.toString(), irqSplit),
    ...split(unknown, slotOf, pciSplit),
    ...profile.ports.flatMap(port => [...ambiguousUsb(port, profile), ...lintManagement(port, assignable)]),
  ];
}

/** Rows that share something, once for each thing that is shared by rows of several groups, or by one and the host. */
function split(
  ports: readonly BoxPort[],
  shared: (port: BoxPort) => string | undefined,
  tell: (thing: string, ports: readonly BoxPort[]) => Finding,
): Finding[] {
  const owners = new Map<string, BoxPort[]>();
  for (const port of ports) {
    const thing = shared(port);
    if (thing !== undefined) owners.set(thing, [...(owners.get(thing) ?? []), port]);
  }
  return [...owners].filter(([, each]) => groupsOf(each).length > 1).map(([thing, each]) => tell(thing, each));
}

/** Names of the groups of some rows, each once; `undefined` is what stays with the host. */
export function groupsOf(ports: readonly BoxPort[]): readonly (string | undefined)[] {
  return [...new Set(ports.map(port => port.group))];
}

function slotOf(port: BoxPort): string | undefined {
  const address = pciAddressOf(port);
  return address === undefined ? undefined : pciSlot(address);
}

function irqSplit(irq: string, ports: readonly BoxPort[]): Finding {
  const summary = `${labels(ports)} share the interrupt ${irq} and are in the groups ${groupNames(ports)}.`;
  return finding('error', 'GW_PROFILE_IRQ_SPLIT', ports[0]?.label ?? '', summary);
}

function pciSplit(slot: string, ports: readonly BoxPort[]): Finding {
  const summary = `${labels(ports)} are functions of the PCI device ${slot} and are in the groups ${groupNames(ports)}.`;
  return finding('error', 'GW_PROFILE_PCI_SPLIT', ports[0]?.label ?? '', summary);
}

export function labels(ports: readonly BoxPort[]): string {
  return listed(ports.map(port => port.label));
}

export function groupNames(ports: readonly BoxPort[]): string {
  return listed(groupsOf(ports).map(group => (group === undefined ? 'none' : quoted(group))));
}

function ambiguousUsb({ label, address }: BoxPort, { ports, usb }: BoxProfile): Finding[] {
  const product = address.usbProduct?.toLowerCase();
  if (product === undefined || address.usbPort !== undefined) return [];
  const rows = ports.filter(port => port.address.usbProduct?.toLowerCase() === product).length;
  const present = usb.devices.filter(device => `${device.vendorId}:${device.productId}` === product).length;
  if (rows < 2 && present < 2) return [];
  const summary = `${label} is any USB device ${quoted(product)}, and ${Math.max(rows, present)} could be meant.`;
  return [finding('error', 'GW_PROFILE_USB_AMBIGUOUS', label, summary)];
}

function lintManagement(port: BoxPort, assignable: readonly BoxPort[]): Finding[] {
  const { label, group, management } = port;
  if (management !== true || group === undefined) return [];
  const others = assignable.filter(each => each.group === group && each.management !== true);
  if (others.length === 0) {
    const summary = `The box may be managed through ${label}, which may be given to a VM.`;
    return [finding('warning', 'GW_PROFILE_MANAGEMENT', label, summary)];
  }
  const summary = `Who is given ${labels(others)} takes ${label} along, through which the box may be managed.`;
  return [finding('error', 'GW_PROFILE_MANAGEMENT', label, summary)];
}
