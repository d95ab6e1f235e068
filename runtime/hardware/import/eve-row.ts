// One row of an EVE hardware model (PhysicalIO). What it cannot use becomes a finding.
import { quoted } from '../../model/plain-text.ts';
import { EVE_ADDRESS_KEYS, EVE_MANAGEMENT, type EveAddressKey, kindOfEve } from '../eve-types.ts';
import type { Fact } from '../evidence.ts';
import { type Finding, finding } from '../finding.ts';
import type { BoxPort, PortAddress } from '../profile.ts';
import { cleanText, known, plainObject, wholeNumber } from './imported.ts';

type Report = (finding: Finding) => void;
type Written = Partial<Record<EveAddressKey, string>>;

/** Keys of a row that are understood; `usagePolicy` and `cbattr` are left out unless they hold something. */
const ROW_KEYS = new Set(
  ['ztype', 'phylabel', 'usage', 'assigngrp', 'parentassigngrp', 'phyaddrs', 'logicallabel', 'cost'].concat(
    'usagePolicy',
    'cbattr',
  ),
);

/**
 * @param value  a member of `ioMemberList`
 * @param index  its place, for rows without a label
 * @returns `undefined` when it is no row
 */
export function readEveRow(value: unknown, index: number, fact: Fact, report: Report): BoxPort | undefined {
  const row = plainObject(value);
  const place = `row ${index + 1}`;
  if (row === undefined) {
    report(finding('error', 'GW_PROFILE_ROW_SKIPPED', place, `The ${place} is not an object.`));
    return undefined;
  }
  const label = cleanText(row.phylabel, 64) ?? cleanText(row.logicallabel, 64);
  if (label === undefined) {
    report(finding('error', 'GW_PROFILE_ROW_SKIPPED', place, `The ${place} has no label.`));
    return undefined;
  }
  reportUnknown(Object.keys(row), label, report);
  const usage = wholeNumber(row.usage);
  const name = cleanText(row.logicallabel, 64);
  return {
    label,
    kind: kindOf(row.ztype, label, report),
    address: readAddress(row.phyaddrs, label, report),
    ...known({
      name: name === label ? undefined : name,
      group: cleanText(row.assigngrp, 64),
      parentGroup: cleanText(row.parentassigngrp, 64),
      management: usage === undefined ? undefined : usage === EVE_MANAGEMENT,
      eve: eveOnly(row, usage),
    }),
    evidence: { '*': fact },
  };
}

function eveOnly(row: Readonly<Record<string, unknown>>, usage: number | undefined): BoxPort['eve'] {
  const kept = known({ type: wholeNumber(row.ztype), usage, cost: wholeNumber(row.cost) });
  return Object.keys(kept).length === 0 ? undefined : kept;
}

function kindOf(type: unknown, label: string, report: Report): BoxPort['kind'] {
  const kind = kindOfEve(wholeNumber(type) ?? (typeof type === 'string' ? type : ''));
  if (kind === undefined)
    report(finding('warning', 'GW_PROFILE_VALUE', label, `The ztype of ${label} is none that is known.`));
  return kind ?? 'other';
}

function reportUnknown(keys: readonly string[], label: string, report: Report): void {
  for (const key of keys.filter(each => !ROW_KEYS.has(each)).slice(0, 20))
    report(finding('info', 'GW_PROFILE_KEY_UNKNOWN', label, `The row ${label} has the unknown key ${quoted(key)}.`));
}

function readAddress(value: unknown, label: string, report: Report): PortAddress {
  const written = writtenAddress(value, label, report);
  const { Irq, Ioports } = written;
  const irq = wholeNumber(Irq);
  const ioPorts = Ioports?.toLowerCase();
  const soundPorts = ioPorts !== undefined && /^[0-9a-f]{1,8}-[0-9a-f]{1,8}$/.test(ioPorts);
  if (Irq !== undefined && irq === undefined) report(badValue(label, 'Irq', Irq));
  if (ioPorts !== undefined && !soundPorts) report(badValue(label, 'Ioports', ioPorts));
  return known({
    pciAddress: written.PciLong?.slice(0, 64),
    usbPort: written.UsbAddr?.slice(0, 64),
    usbProduct: written.UsbProduct?.slice(0, 64),
    interface: written.Ifname?.slice(0, 64),
    device: written.Serial,
    irq,
    ioPorts: soundPorts ? ioPorts : undefined,
  });
}

/** The address with its keys as they should be written. */
function writtenAddress(value: unknown, label: string, report: Report): Written {
  const written: Written = {};
  if (value === undefined || value === null) return written;
  const object = plainObject(value);
  if (object === undefined) report(badValue(label, 'phyaddrs', typeof value));
  for (const [key, each] of Object.entries(object ?? {}).slice(0, 50)) {
    const right = EVE_ADDRESS_KEYS.find(known => known.toLowerCase() === key.toLowerCase());
    if (right === undefined) {
      report(
        finding('info', 'GW_PROFILE_KEY_UNKNOWN', label, `The address of ${label} has the unknown key ${quoted(key)}.`),
      );
      continue;
    }
    if (right !== key) report(keyCase(label, key, right));
    take(written, right, each, label, report);
  }
  return written;
}

function take(written: Written, key: EveAddressKey, value: unknown, label: string, report: Report): void {
  if (value === '') return;
  const text = cleanText(typeof value === 'number' ? String(value) : value);
  if (text === undefined) report(badValue(label, key, typeof value));
  else if (written[key] !== undefined && written[key] !== text)
    report(
      finding(
        'error',
        'GW_PROFILE_VALUE',
        label,
        `The address of ${label} has two values for ${key}; the first counts.`,
      ),
    );
  else written[key] = text;
}

function keyCase(label: string, key: string, right: string): Finding {
  const summary = `The address of ${label} has the key ${quoted(key)}, which should be ${right}.`;
  return finding('warning', 'GW_PROFILE_KEY_CASE', label, summary, `Write ${right}.`);
}

function badValue(label: string, key: string, value: string): Finding {
  return finding('error', 'GW_PROFILE_VALUE', label, `The ${key} of ${label} cannot be ${quoted(value)}.`);
}
