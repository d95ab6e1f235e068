// What a form can see for itself to be wrong with settings. The rest the platform says, with the words of the compiler. Pure.
import type { ProtocolField } from '../../runtime/model/protocol.ts';
import { counts, type Settings, settingOf, textOf } from './options.ts';

export interface OptionFault {
  readonly field: string;
  /** Of the catalogue. */
  readonly key: string;
  readonly values?: Readonly<Record<string, number>>;
}

/** @param wired  a connector of the box is wired to the bus */
export function optionFaults(
  fields: readonly ProtocolField[],
  settings: Settings,
  wired: boolean,
): readonly OptionFault[] {
  return fields.flatMap(field => {
    const key = counts(field, fields, settings) ? faultOf(field, settingOf(field, settings), wired) : undefined;
    return key === undefined ? [] : [{ field: field.field, ...key }];
  });
}

type Fault = Pick<OptionFault, 'key' | 'values'>;

function faultOf({ connector, kind, least, most }: ProtocolField, value: unknown, wired: boolean): Fault | undefined {
  if (hasVariable(value)) return undefined;
  if (connector !== undefined && wired) return undefined;
  if (value === undefined || (value === '' && connector !== undefined))
    return { key: connector === undefined ? 'check.required' : 'check.connector' };
  if (kind !== 'number' || least === undefined || most === undefined) return undefined;
  const fits = /^-?\d{1,15}$/.test(textOf(value)) && Number(value) >= least && Number(value) <= most;
  return fits ? undefined : { key: 'check.bounds', values: { least, most } };
}

/** What a variable stands for only the compiler knows. */
export function hasVariable(value: unknown): boolean {
  return typeof value === 'string' && /\$\{[^}]*\}|\$\([^)]*\)/.test(value);
}
