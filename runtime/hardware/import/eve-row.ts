// One row of an EVE hardware model (PhysicalIO). What it cannot use becomes a finding.
import { quoted } from '../../model/plain-text.ts';
import { EVE_ADDRESS_KEYS, type EveAddressKey, isManagement, kindOfEve, usageOfEve } from '../eve-types.ts';
import type { Fact } from '../evidence.ts';
import { type Finding, finding } from '../finding.ts';
import type { BoxPort, PortAddress } from '../profile.ts';
import { cleanText, known, plainObject, wholeNumber } from './imported.ts';

type Report = (finding: Finding) => void;
type Written = Partial<Record<EveAddressKey, string>>;

/** Keys of a row that are understood; a device calls `ptype` what a model calls `ztype`. */
const ROW_KEYS = new Set(
  ['ztype', 'ptype', 'phylabel', 'usage', 'assigngrp', 'parentassigngrp', 'phyaddrs', 'logicallabel', 'cost'].concat(
    'usagePolicy',
    'cbattr',
  ),
);
/** Policies, and bit timing of CAN: a profile has no place for them. */
const LEFT_OUT = ['usagePolicy', 'cbattr'] as const;

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
  reportUnknown(row, label, report);
  const usage = usageOf(row.usage, label, report);
  const name = cleanText(row.logicallabel, 64);
  return {
    label,
    kind: kindOf(row.ztype ?? row.ptype, label, report),
    address: readAddress(row.phyaddrs, label, report),
    ...known({
      name: name === label ? undefined : name,
      group: cleanText(row.assigngrp, 64),
      parentGroup: cleanText(row.parentassigngrp, 64),
      management: usage === undefined ? undefined : isManagement(usage),
      eve: eveOnly(row, usage),
    }),
    evidence: { '*': fact },
  };
}

function eveOnly(row: Readonly<Record<string, unknown>>, usage: number | undefined): BoxPort['eve'] {
  const kept = known({ type: wholeNumber(row.ztype ?? row.ptype), usage, cost: wholeNumber(row.cost) });
  return Object.keys(kept).length === 0 ? undefined : kept;
}

function kindOf(type: unknown, label: string, report: Report): BoxPort['kind'] {
  const kind = kindOfEve(wholeNumber(type) ?? (typeof type === 'string' ? type : ''));
  if (kind === undefined)
    report(finding('warning', 'GW_PROFILE_VALUE', label, `The ztype of ${label} is none that is known.`));
  return kind ?? 'other';
}

/** Who overlooks what a port is used for may give away the one through which the box is managed. */
function usageOf(value: unknown, label: string, report: Report): number | undefined {
  if (value === undefined || value === null) return undefined;
  const usage = usageOfEve(wholeNumber(value) ?? (typeof value === 'string' ? value : ''));
  if (usage === undefined)
    report(finding('error', 'GW_PROFILE_VALUE', label, `The usage of ${label} is none that is known.`));
  return usage;
}

function reportUnknown(row: Readonly<Record<string, unknown>>, label: string, report: Report): void {
  const unknown = Object.keys(row).filter(key => !ROW_KEYS.has(key));
  for (const key of unknown.slice(0, 20))
    report(finding('info', 'GW_PROFILE_KEY_UNKNOWN', label, `The row ${label} has the unknown key ${quoted(key)}.`));
  for (const key of LEFT_OUT.filter(each => Object.keys(plainObject(row[each]) ?? {}).length > 0))
    report(finding('info', 'GW_PROFILE_KEY_UNKNOWN', label, `A profile has no place for the ${key} of ${label}.`));
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
