// Rules for Modbus as they are written in the form: short text in each field, read into the words of the protocol.
import { z } from 'zod';
import * as fields from '../../runtime/model/fields.ts';
import { TABLES } from '../../runtime/protocols/modbus/rule-requests.ts';
import { ExceptionName, ModbusDirection, ModbusRule } from '../../runtime/protocols/modbus/rules.ts';
import { firstProblem, rangeOf, rateField, rateOf, ruleRows } from './rule-text.ts';

/** Function codes of the Modbus Application Protocol V1.1b3, clause 6, that only read data, and those that write some. */
const GROUPS: Readonly<Record<string, readonly number[]>> = { read: [1, 2, 3, 4], write: [5, 6, 15, 16, 22, 23] };

function functionsOf(text: string): readonly number[] | undefined {
  const code = /^\d{1,3}$/.test(text) ? Number(text) : undefined;
  return GROUPS[text] ?? (code !== undefined && code >= 1 && code <= 127 ? [code] : undefined);
}

function registersOf(text: string) {
  const [, table, places = ''] = /^([a-z]+)\s+(.*)$/.exec(text) ?? [];
  const known = TABLES.find(one => one === table);
  const range = rangeOf(places, 0xffff);
  return known === undefined || range === undefined ? undefined : { table: known, ...range };
}

function valuesOf(text: string) {
  const range = rangeOf(text, 0xffff);
  return range === undefined ? undefined : { least: range.first, most: range.last };
}

const row = z.object({
  id: fields.name('rule id'),
  action: fields.choice(['accept', 'reject', 'drop']).default('accept'),
  exception: ExceptionName.default('illegal-function'),
  direction: ModbusDirection.default('both'),
  units: fields
    .entries(text => rangeOf(text, 0xff), 'a unit', 'Write units from 0 to 255, such as 1 or 10-19.')
    .default([]),
  functions: fields
    .entries(functionsOf, 'a function', 'Write function codes such as 3, or the words read and write.')
    .transform(list => [...new Set(list.flat())])
    .default([]),
  registers: fields
    .entries(
      registersOf,
      'a range of registers',
      'Write a table (coil, discrete, holding, input) and addresses from 0 to 65535, such as holding 0-99.',
    )
    .default([]),
  values: fields.entries(valuesOf, 'a range of values', 'Write values from 0 to 65535, such as 0-1500.').default([]),
  rate: rateField(),
  log: fields.flag().default(false),
});

function ruleOf({ exception, direction, rate: written, ...rest }: z.infer<typeof row>): ModbusRule {
  const rate = rateOf(written);
  return {
    ...rest,
    ...(rest.action === 'reject' ? { exception } : {}),
    ...(direction === 'both' ? {} : { direction }),
    ...(rate === undefined ? {} : { rate: { requests: rate.count, per: rate.per, burst: rate.burst } }),
  };
}

/** Rules for requests of Modbus. */
export const modbusRules = () => ruleRows(row, ruleOf, rule => firstProblem(ModbusRule, rule));
