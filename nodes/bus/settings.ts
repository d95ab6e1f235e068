// The settings of a bus read as the declaration of its protocol has them.
import { faultsOf } from '../../runtime/compile/configure/fields.ts';
import { LineSettings } from '../../runtime/model/kinds/line.ts';
import type { PlacedFault } from '../../runtime/model/node-type.ts';
import { plainText, quoted } from '../../runtime/model/plain-text.ts';
import { type Protocol, type ProtocolField, protocolFields } from '../../runtime/model/protocol.ts';
import type { LineConnector } from '../../runtime/model/wire.ts';
import { PROTOCOLS } from '../../runtime/protocols/catalog.ts';
import type { BusConfig } from './config.ts';
import { connectorOption, counts, type Settings, settingOf } from './options.ts';

interface Known {
  readonly protocol: Protocol;
  readonly fields: readonly ProtocolField[];
}

const KNOWN = new Map<string, Known>(
  PROTOCOLS.map(protocol => [protocol.name, { protocol, fields: protocolFields(protocol) }]),
);

/** @throws Error for a name that the schema of the node does not let pass */
function known(name: string): Known {
  const found = KNOWN.get(name);
  if (found === undefined) throw new Error(`there is no protocol ${name}`);
  return found;
}

/** The options of a protocol. */
export function optionsOf(protocol: string): readonly ProtocolField[] {
  return known(protocol).fields;
}

/** The protocol in words: `Modbus`. */
export function titleOf(protocol: string): string {
  return known(protocol).protocol.title;
}

/** How many VMs may share a line of a protocol. */
export function mostVms(protocol: string): number {
  return known(protocol).protocol.mostVms ?? Number.POSITIVE_INFINITY;
}

/** A row of an option that is for one tenant. */
export interface TenantRow {
  /** Where its tenant is written, below the settings. */
  readonly field: string;
  /** Of the option. */
  readonly title: string;
  readonly tenant: string;
}

/** WHY as written, and not as the protocol reads them: a port that is wired is not among the settings yet. */
export function tenantRows({ protocol, settings }: BusConfig): readonly TenantRow[] {
  const options = optionsOf(protocol).filter(({ rows = [] }) => rows.some(({ field }) => field === 'tenant'));
  return options.flatMap(({ field, title }) => {
    const rows = settings[field];
    if (!Array.isArray(rows)) return [];
    return rows.flatMap((row: unknown, at) => {
      const tenant = typeof row === 'object' && row !== null && 'tenant' in row ? row.tenant : undefined;
      return typeof tenant === 'string' ? [{ field: `${field}[${at}].tenant`, title, tenant }] : [];
    });
  });
}

/** Stand in for a connector that a wire may name: whether one does is not known yet. */
const STAND_INS: Readonly<Record<LineConnector, string>> = { ethernet: 'eth0', serial: '/dev/ttyS0', can: 'can0' };

/** What is wrong with the settings, whatever is wired to the bus. */
export function settingFaults({ protocol, settings }: BusConfig): readonly PlacedFault[] {
  const { fields } = known(protocol);
  const strangers = Object.keys(settings).filter(name => !fields.some(({ field }) => field === name));
  const option = connectorOption(fields, settings);
  const kind = option?.connector;
  const standIn = option !== undefined && kind !== undefined && !isSaid(option, settings) ? STAND_INS[kind] : undefined;
  const filled = standIn === undefined ? settings : { ...settings, [option?.field ?? '']: standIn };
  return [...strangers.map(strangerFault), ...issuesOf(protocol, filled)];
}

/** Whether an option has a value of its own or a default that is one. */
export function isSaid(option: ProtocolField, settings: Settings): boolean {
  const value = settingOf(option, settings);
  return value !== undefined && value !== '';
}

function strangerFault(name: string): PlacedFault {
  return {
    code: 'GW_FIELD_INVALID',
    field: `settings.${plainText(name)}`,
    fact: `the protocol has no setting ${quoted(name)}`,
    remedy: 'Correct its name, or delete it.',
  };
}

function issuesOf(name: string, settings: Settings): readonly PlacedFault[] {
  const parsed = known(name).protocol.options.safeParse(settings);
  if (parsed.success) return [];
  const placed = parsed.error.issues.map(issue => ({ ...issue, path: ['settings', ...issue.path] }));
  return faultsOf(placed, { settings });
}

/** Settings with all defaults. */
export interface SoundSettings {
  readonly whole: LineSettings;
  /** Those that mean something as the others are set. */
  readonly counting: LineSettings;
}

/** @returns the faults when they are none, which the wire of a connector can make of them */
export function soundSettings(name: string, settings: Settings): SoundSettings | { faults: readonly PlacedFault[] } {
  const { protocol, fields } = known(name);
  const parsed = protocol.options.safeParse(settings);
  if (!parsed.success) return { faults: issuesOf(name, settings) };
  const whole = LineSettings.parse(parsed.data);
  const counting = Object.entries(whole).filter(([option]) => {
    const field = fields.find(one => one.field === option);
    return field === undefined || counts(field, fields, whole);
  });
  return { whole, counting: Object.fromEntries(counting) };
}
