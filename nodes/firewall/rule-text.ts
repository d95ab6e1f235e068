// What rules of every protocol write alike: ranges of numbers, and how often.
import { z } from 'zod';
import * as fields from '../../runtime/model/fields.ts';
import type { LineRule } from '../../runtime/model/kinds/line.ts';

const PER = ['second', 'minute', 'hour'] as const;
const RATE = /^(?:|[1-9]\d{0,5}\s*\/\s*(?:second|minute|hour))$/;

/** `7` or `0-99`. @param most  the largest number @returns `undefined` for what is no range, or runs backwards */
export function rangeOf(text: string, most: number): { first: number; last: number } | undefined {
  const [, first, last = first] = /^(\d{1,5})(?:\s*-\s*(\d{1,5}))?$/.exec(text) ?? [];
  if (first === undefined || Number(first) > Number(last) || Number(last) > most) return undefined;
  return { first: Number(first), last: Number(last) };
}

/** `10/second`, or nothing. */
export const rateField = () =>
  fields.pattern(RATE, 'a rate', 'Write a number and a unit, such as 10/second, or leave it empty.').default('');

/** So many, and as many in one go; `undefined` = without limit. */
export function rateOf(text: string): { count: number; per: (typeof PER)[number]; burst: number } | undefined {
  const [, count, per] = /^(\d+)\s*\/\s*([a-z]+)$/.exec(text) ?? [];
  const unit = PER.find(one => one === per);
  if (count === undefined || unit === undefined) return undefined;
  return { count: Number(count), per: unit, burst: Number(count) };
}

/**
 * Rows of rules, each read and then checked as its protocol will take it.
 * @param read     what a written row means
 * @param problem  why a rule cannot be; `undefined` when it can
 */
export function ruleRows<Row extends z.ZodType, Rule extends LineRule>(
  row: Row,
  read: (written: z.output<Row>) => Rule,
  problem: (rule: Rule) => string | undefined,
) {
  return fields.rows(
    row.transform((written, context): Rule => {
      const rule = read(written);
      const fact = problem(rule);
      if (fact === undefined) return rule;
      const remedy = 'Correct the rule, or delete it.';
      context.addIssue({ code: 'custom', message: fact, params: { code: 'GW_LINE_RULE', fact, remedy } });
      return z.NEVER;
    }),
    1024,
  );
}

/** What a schema finds wrong first, in its own words. */
export function firstProblem(schema: z.ZodType, value: unknown): string | undefined {
  const { error } = schema.safeParse(value);
  return error === undefined ? undefined : (error.issues[0]?.message ?? 'it is no rule');
}
