// What `lspci -vmmnnk` prints, and listings of IOMMU groups as people make them, in one text or each alone.
import type { Fact } from '../evidence.ts';
import { type Finding, finding } from '../finding.ts';
import { normalPciAddress, type PciAddress } from '../pci-address.ts';
import { emptyProfile, type PciDevice } from '../profile.ts';
import { groupsOf, nicsOf, usbControllersOf } from './from-pci.ts';
import { cleanText, type Imported, known } from './imported.ts';

const FACT: Fact = { confidence: 'probed', source: 'lspci' };
const MOST_DEVICES = 2_000;
const MOST_LINE = 2_000;
const IOMMU_LINE = /^\s*IOMMU group (\d{1,5}):?\s*(\S+)?/i;
const IOMMU_PATH = /iommu_groups\/(\d{1,5})\/devices\/([0-9a-fA-F:.]+)/;

/** Whether a text is of one of these forms. */
export function isLspci(text: string): boolean {
  return /^(Slot|Device):[ \t]+\S/m.test(text) || /^[ \t]*IOMMU group \d/im.test(text) || IOMMU_PATH.test(text);
}

/** @param text  of which {@link isLspci} is true */
export function importLspci(text: string): Imported {
  const findings: Finding[] = [];
  const devices = new Map<PciAddress, PciDevice>();
  const reading: Reading = { devices, findings, fields: {}, group: undefined };
  for (const line of text.split('\n')) readLine(line.slice(0, MOST_LINE), reading);
  endBlock(reading);
  const all = [...devices.values()].sort((a, b) => a.address.localeCompare(b.address));
  const evidence = { '*': FACT };
  const groups = groupsOf(all);
  const profile = {
    ...emptyProfile(),
    // Without a group nothing is said: the listing may simply not have been made.
    iommu: { ...known({ active: groups.length > 0 ? true : undefined }), groups, evidence },
    pciDevices: all,
    nics: nicsOf(all, evidence),
    usb: { controllers: usbControllersOf(all, evidence).slice(0, 100), devices: [] },
  };
  return { profile: { ...profile, nics: profile.nics.slice(0, 1_000) }, findings };
}

interface Reading {
  readonly devices: Map<PciAddress, PciDevice>;
  readonly findings: Finding[];
  /** Of the block that is being read. */
  fields: Record<string, string>;
  /** Of the last line `IOMMU Group 3:` that named no device itself. */
  group: number | undefined;
}

function readLine(line: string, reading: Reading): void {
  const path = IOMMU_PATH.exec(line);
  if (path !== null) {
    putGroup(reading, path[2] ?? '', Number(path[1]));
    return;
  }
  const grouped = IOMMU_LINE.exec(line);
  if (grouped !== null) {
    reading.group = Number(grouped[1]);
    if (grouped[2] !== undefined) putGroup(reading, grouped[2], reading.group);
    return;
  }
  const field = /^([A-Za-z]+):\s+(.*)$/.exec(line);
  if (field !== null) {
    // Older ones write `Device:` for the slot too, as the first line of a block.
    const name = field[1] === 'Device' && Object.keys(reading.fields).length === 0 ? 'Slot' : (field[1] ?? '');
    reading.fields[name] ??= field[2] ?? '';
    return;
  }
  const [first = ''] = line.trim().split(/\s/, 1);
  if (line.trim() === '') endBlock(reading);
  else if (reading.group !== undefined && normalPciAddress(first) !== undefined)
    putGroup(reading, first, reading.group);
}

function endBlock(reading: Reading): void {
  const { fields } = reading;
  reading.fields = {};
  if (fields.Slot === undefined) return;
  const address = normalPciAddress(fields.Slot);
  if (address === undefined) {
    report(reading, fields.Slot);
    return;
  }
  const [classCode] = codeIn(fields.Class);
  const iommuGroup = /^\d{1,5}$/.test(fields.IOMMUGroup ?? '') ? Number(fields.IOMMUGroup) : undefined;
  const [vendorId, vendor] = codeIn(fields.Vendor);
  const [deviceId, device] = codeIn(fields.Device);
  const interfaceCode = /^[0-9a-f]{2}$/i.test(fields.ProgIf ?? '') ? (fields.ProgIf ?? '').toLowerCase() : '00';
  put(reading, address, {
    classCode: classCode === undefined ? undefined : `${classCode}${interfaceCode}`,
    vendorId,
    vendor,
    deviceId,
    device,
    driver: cleanText(fields.Driver, 64),
    iommuGroup,
  });
}

/** `02` and the name of `Ethernet controller [0200]`; lspci prints the code alone with `-n`. */
function codeIn(text: string | undefined): readonly [string | undefined, string | undefined] {
  const code = /\[?([0-9a-f]{4})\]?$/i.exec(text ?? '');
  const name = cleanText(text?.slice(0, code?.index));
  // What its list does not name, lspci calls by what it is.
  return [code?.[1]?.toLowerCase(), name === 'Device' || name === 'Vendor' ? undefined : name];
}

function putGroup(reading: Reading, written: string, iommuGroup: number): void {
  const address = normalPciAddress(written);
  if (address === undefined) report(reading, written);
  else put(reading, address, { iommuGroup });
}

type Said = { readonly [K in keyof PciDevice]?: PciDevice[K] | undefined };

function put({ devices, findings }: Reading, address: PciAddress, said: Said): void {
  if (devices.has(address) || devices.size < MOST_DEVICES)
    devices.set(address, { ...devices.get(address), ...known(said), address, evidence: { '*': FACT } });
  else if (devices.size === MOST_DEVICES && findings.at(-1)?.row !== 'devices')
    findings.push(
      finding('error', 'GW_PROFILE_ROW_SKIPPED', 'devices', `There are more than ${MOST_DEVICES} devices.`),
    );
}

function report({ findings }: Reading, written: string): void {
  const row = cleanText(written, 40) ?? '';
  if (findings.length < MOST_DEVICES)
    findings.push(finding('error', 'GW_PROFILE_ROW_SKIPPED', row, 'There is no PCI address where one should be.'));
}
