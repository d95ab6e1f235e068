// Rules for field lines as they are written in the form: short text in each field, read into the words of the protocol.
import { z } from 'zod';
import * as fields from '../../runtime/model/fields.ts';
import type { LineRule } from '../../runtime/model/kinds/line.ts';
import { TABLES } from '../../runtime/protocols/modbus/rule-requests.ts';
import { ExceptionName, ModbusRule } from '../../runtime/protocols/modbus/rules.ts';

/** Function codes of the Modbus Application Protocol V1.1b3, clause 6, that only read data, and those that write some. */
const GROUPS: Readonly<Record<string, readonly number[]>> = { read: [1, 2, 3, 4], write: [5, 6, 15, 16, 22, 23] };
const PER = ['second', 'minute', 'hour'] as const;
const RATE = /^(?:|[1-9]\d{0,5}\s*\/\s*(?:second|minute|hour))$/;

function rangeOf(text: string): { first: number; last: number } | undefined {
  const [, first, last = first] = /^(\d{1,5})(?:\s*-\s*(\d{1,5}))?$/.exec(text) ?? [];
  if (first === undefined || Number(first) > Number(last) || Number(last) > 0xffff) return undefined;
  return { first: Number(first), last: Number(last) };
}

function unitsOf(text: string) {
  const range = rangeOf(text);
  return range !== undefined && range.last <= 0xff ? range : undefined;
}

function functionsOf(text: string): readonly number[] | undefined {
  const code = /^\d{1,3}$/.test(text) ? Number(text) : undefined;
  return GROUPS[text] ?? (code !== undefined && code >= 1 && code <= 127 ? [code] : undefined);
}

function registersOf(text: string) {
  const [, table, places = ''] = /^([a-z]+)\s+(.*)$/.exec(text) ?? [];
  const known = TABLES.find(one => one === table);
  const range = rangeOf(places);
  return known === undefined || range === undefined ? undefined : { table: known, ...range };
}

function valuesOf(text: string) {
  const range = rangeOf(text);
  return range === undefined ? undefined : { least: range.first, most: range.last };
}

/** `10/second`; the same number may come in one go. */
function rateOf(text: string): ModbusRule['rate'] {
  const [, count, per] = /^(\d+)\s*\/\s*([a-z]+)$/.exec(text) ?? [];
  const unit = PER.find(one => one === per);
  if (count === undefined || unit === undefined) return undefined;
  return { requests: Number(count), per: unit, burst: Number(count) };
}

const row = z.object({
  id: fields.name('rule id'),
  action: fields.choice(['accept', 'reject', 'drop']).default('accept'),
  exception: ExceptionName.default('illegal-function'),
  units: fields.entries(unitsOf, 'a unit', 'Write units from 0 to 255, such as 1 or 10-19.').default([]),
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
  rate: fields.pattern(RATE, 'a rate', 'Write a number and a unit, such as 10/second, or leave it empty.').default(''),
  log: fields.flag().default(false),
});

/** Rules of a bus, each checked as the protocol will take it. */
export const lineRules = () =>
  fields.rows(
    row.transform((written, context): LineRule => {
      const { exception, rate, ...rest } = written;
      const rule = {
        ...rest,
        ...(rest.action === 'reject' ? { exception } : {}),
        ...(rate === '' ? {} : { rate: rateOf(rate) }),
      };
      const checked = ModbusRule.safeParse(rule);
      if (checked.success) return checked.data;
      const fact = checked.error.issues[0]?.message ?? 'it is no rule';
      const remedy = 'Correct the rule, or delete it.';
      context.addIssue({ code: 'custom', message: fact, params: { code: 'GW_LINE_RULE', fact, remedy } });
      return z.NEVER;
    }),
    1024,
  );
