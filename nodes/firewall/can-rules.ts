// Rules for CAN as they are written in the form: identifiers and data in hex, as tools for CAN write them.
import { z } from 'zod';
import * as fields from '../../runtime/model/fields.ts';
import { FD_LENGTHS, MOST_EXTENDED_ID } from '../../runtime/protocols/can/frame.ts';
import { CanDirection, CanLineRule } from '../../runtime/protocols/can/rules.ts';
import { firstProblem, rangeOf, rateField, rateOf, ruleRows } from './rule-text.ts';

const HEX = '(?:0x)?([0-9a-f]{1,8})';
const RANGE = new RegExp(`^${HEX}(?:\\s*-\\s*${HEX})?$`, 'i');
const MASK = new RegExp(`^${HEX}\\s*/\\s*${HEX}$`, 'i');

/** `100`, `100-1ff`, or an identifier and the bits of it that count: `100/7f0`. */
function idsOf(text: string): CanLineRule['ids'][number] | undefined {
  const masked = MASK.exec(text);
  const [, first, last = first] = masked ?? RANGE.exec(text) ?? [];
  if (first === undefined || last === undefined) return undefined;
  const [one, two] = [Number.parseInt(first, 16), Number.parseInt(last, 16)];
  if (one > MOST_EXTENDED_ID || two > MOST_EXTENDED_ID) return undefined;
  if (masked !== null) return two === 0 ? undefined : { id: one, mask: two };
  return one <= two ? { first: one, last: two } : undefined;
}

function lengthsOf(text: string) {
  const range = rangeOf(text, 64);
  return range === undefined ? undefined : { least: range.first, most: range.last };
}

/** `12ff`: the first bytes; `1200/ff00`: those of their bits where the mask has ones. */
const DATA = /^(?:[0-9a-f]{2}){1,64}(?:\/(?:[0-9a-f]{2}){1,64})?$/;
const dataField = fields
  .pattern(
    new RegExp(`^$|${DATA.source}`),
    'data of a frame',
    'Write the first bytes in hex, such as 12ff, or with a mask of the bits that count, such as 1200/ff00.',
  )
  .default('');

function dataOf(text: string): CanLineRule['data'] {
  if (text === '') return undefined;
  const [value = '', mask = 'ff'.repeat(value.length / 2)] = text.split('/');
  return { value, mask };
}

const row = z.object({
  id: fields.name('rule id'),
  action: fields.choice(['accept', 'drop']).default('accept'),
  direction: CanDirection.default('both'),
  ids: fields
    .entries(
      idsOf,
      'an identifier',
      'Write identifiers in hex, such as 1a0 or 100-1ff, or with a mask of the bits that count, such as 100/7f0.',
    )
    .default([]),
  format: fields.choice(['any', 'standard', 'extended']).default('any'),
  remote: fields.choice(['any', 'data', 'remote']).default('any'),
  type: fields.choice(['any', 'classic', 'fd']).default('any'),
  lengths: fields.entries(lengthsOf, 'a length', 'Write numbers of bytes from 0 to 64, such as 8 or 0-4.').default([]),
  data: dataField,
  rate: rateField(),
  log: fields.flag().default(false),
});

function ruleOf({ data: written, rate: often, ...rest }: z.infer<typeof row>): CanLineRule {
  const [data, rate] = [dataOf(written), rateOf(often)];
  return {
    ...rest,
    ...(data === undefined ? {} : { data }),
    ...(rate === undefined ? {} : { rate: { frames: rate.count, per: rate.per, burst: rate.burst } }),
  };
}

/** Why no frame could ever fit a rule that is one. */
function neverFits({ type, remote, lengths, data }: CanLineRule): string | undefined {
  const classicOnly = type === 'classic' || remote === 'remote';
  const possible = FD_LENGTHS.filter(length => !classicOnly || length <= 8);
  const wanted = possible.filter(
    length => lengths.length === 0 || lengths.some(({ least, most }) => least <= length && length <= most),
  );
  if (wanted.length === 0) return `no ${classicOnly ? 'classic' : 'CAN'} frame has one of these lengths`;
  const bytes = (data?.mask ?? '').replace(/(?:00)+$/, '').length / 2;
  return wanted.every(length => length < bytes) ? `no frame of these lengths has ${bytes} bytes of data` : undefined;
}

/** Rules for frames of a CAN bus. */
export const canRules = () => ruleRows(row, ruleOf, rule => firstProblem(CanLineRule, rule) ?? neverFits(rule));
