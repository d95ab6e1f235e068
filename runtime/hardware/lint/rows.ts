// What is wrong with single rows: their labels, addresses and groups.
import { quoted } from '../../model/plain-text.ts';
import { type Finding, finding } from '../finding.ts';
import { normalPciAddress, type PciAddress, swappedPciAddress } from '../pci-address.ts';
import type { BoxPort, BoxProfile, PortKind } from '../profile.ts';

/**
 * Where the chipsets of common boxes have their own functions, as far as a bus of that number is rare: a card at 0000:02:00.0
 * is nothing special, a USB controller at 0000:14:00.0 is one of the chipset written the wrong way round.
 */
const CHIPSET_PLACES: Readonly<Partial<Record<PortKind, readonly string[]>>> = {
  usb: ['12', '13', '14', '15', '1a', '1d'],
  'usb-controller': ['12', '13', '14', '15', '1a', '1d'],
  audio: ['1b', '1f'],
  sata: ['17', '1f'],
};

export function lintRows(profile: BoxProfile): readonly Finding[] {
  const groups = new Set(profile.ports.flatMap(port => port.group ?? []));
  return [
    ...repeatedLabels(profile.ports),
    ...profile.ports.flatMap(port => [
      ...lintPciAddress(port, profile),
      ...lintGroup(port, groups),
      ...lintLineType(port, profile),
    ]),
    ...lintBareSerialPorts(profile),
  ];
}

/** The row's address in full form; `undefined` when it has none or a malformed one. */
export function pciAddressOf(port: BoxPort): PciAddress | undefined {
  return port.address.pciAddress === undefined ? undefined : normalPciAddress(port.address.pciAddress);
}

function repeatedLabels(ports: readonly BoxPort[]): Finding[] {
  const seen = new Set<string>();
  return ports.flatMap(port => {
    const name = port.name ?? port.label;
    const twice = seen.has(`label ${port.label}`) || seen.has(`name ${name}`);
    seen.add(`label ${port.label}`).add(`name ${name}`);
    const summary = `Another row has the label or the name of ${quoted(port.label)}.`;
    return twice ? [finding('error', 'GW_PROFILE_LABEL_TWICE', port.label, summary)] : [];
  });
}

function lintPciAddress(port: BoxPort, profile: BoxProfile): Finding[] {
  const written = port.address.pciAddress;
  if (written === undefined) return [];
  const address = normalPciAddress(written);
  const row = port.label;
  if (address === undefined) return [finding('error', 'GW_PROFILE_PCI_MALFORMED', row, malformed(row, written))];
  const findings: Finding[] = [];
  if (address !== written)
    findings.push(
      finding('warning', 'GW_PROFILE_PCI_MALFORMED', row, malformed(row, written), `Write it in full: ${address}.`),
    );
  const right = swapFor(port, address, profile);
  if (right !== undefined) {
    const summary = `The PCI address of ${row}, ${address}, seems to have bus and device the wrong way round.`;
    findings.push(finding('error', 'GW_PROFILE_PCI_SWAPPED', row, summary, `Most likely it is ${right}; compare.`));
  }
  return findings;
}

function malformed(row: string, written: string): string {
  return `The PCI address of ${row}, ${quoted(written)}, is not written as one.`;
}

/**
 * What the address should be, when the place of such a port in common chipsets is that address the wrong way round. Where
 * the devices of the box are known they decide, see host.ts.
 */
function swapFor(port: BoxPort, address: PciAddress, { pciDevices }: BoxProfile): PciAddress | undefined {
  const swapped = swappedPciAddress(address);
  const [, bus = '', device = ''] = address.split(/[:.]/);
  const suspect = pciDevices.length === 0 && swapped !== address && device === '00';
  return suspect && CHIPSET_PLACES[port.kind]?.includes(bus) ? swapped : undefined;
}

function lintGroup(port: BoxPort, groups: ReadonlySet<string>): Finding[] {
  const { label, group, parentGroup, address, management } = port;
  const findings: Finding[] = [];
  const located = Object.keys(address).length > 0;
  if (group !== undefined && !isLocated(port))
    findings.push(
      finding(
        'error',
        'GW_PROFILE_ADDRESS_MISSING',
        label,
        `${label} may be given to a VM with its group ${quoted(group)}, but has no address.`,
      ),
    );
  if (group === undefined && located && management !== true)
    findings.push(finding('warning', 'GW_PROFILE_GROUP_EMPTY', label, `${label} has an address but no group.`));
  if (parentGroup !== undefined && !groups.has(parentGroup))
    findings.push(
      finding(
        'error',
        'GW_PROFILE_GROUP_UNKNOWN',
        label,
        `${label} names the group ${quoted(parentGroup)}; no row is in it.`,
      ),
    );
  return findings;
}

/** An interrupt or a range of ports alone leads to no device that a VM could be given. */
function isLocated({ address }: BoxPort): boolean {
  const { pciAddress, usbPort, usbProduct, device, interface: name } = address;
  return [pciAddress, usbPort, usbProduct, device, name].some(each => each !== undefined);
}

function lintLineType({ label, kind, lineType, address }: BoxPort, { serialPorts }: BoxProfile): Finding[] {
  if (kind !== 'serial' || lineType !== undefined) return [];
  const port = serialPorts.find(each => isPort(each, address.device));
  return port?.lineType === undefined ? [noLineType(label)] : [];
}

/** Serial ports that no row has. */
function lintBareSerialPorts({ ports, serialPorts }: BoxProfile): Finding[] {
  const rows = ports.filter(port => port.kind === 'serial');
  return serialPorts
    .filter(port => port.lineType === undefined && !rows.some(row => isPort(port, row.address.device)))
    .map(port => noLineType(port.device));
}

function isPort({ device, stablePath }: BoxProfile['serialPorts'][number], path: string | undefined): boolean {
  return path !== undefined && (path === device || path === stablePath);
}

function noLineType(row: string): Finding {
  return finding('warning', 'GW_PROFILE_LINE_TYPE', row, `Nothing says what line the serial port ${row} has.`);
}
