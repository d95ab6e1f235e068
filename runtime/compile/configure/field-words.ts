// Words for what a schema found wrong with a value. Faults of our own checks bring their words with them.
import type { z } from 'zod';
import type { FieldFault } from '../../model/fields.ts';
import { quoted } from '../../model/plain-text.ts';

export function wordsFor(issue: z.core.$ZodIssue, fields: unknown): FieldFault {
  if (issue.code === 'custom' && isFieldFault(issue.params)) return issue.params;
  const value = valueAt(fields, issue.path);
  const field = String(issue.path.findLast(part => typeof part === 'string') ?? 'field');
  return value === undefined ? missing(field) : faulty(issue, field, value);
}

function faulty(issue: z.core.$ZodIssue, field: string, value: unknown): FieldFault {
  const code = 'GW_FIELD_INVALID';
  if (issue.code === 'invalid_value') {
    const remedy = `Choose one of: ${issue.values.map(String).join(', ')}.`;
    return { code, fact: `${quoted(value)} is not a choice for ${field}`, remedy };
  }
  if (issue.code === 'too_small' || issue.code === 'too_big') return outOfBounds(issue, field, value);
  const expected = issue.code === 'invalid_type' ? issue.expected : 'value';
  const [what, remedy] = SHAPES[expected] ?? [
    'of the right shape',
    'Open the node in the editor and fill the field in again.',
  ];
  return { code, fact: `${field} is ${quoted(value)}, which is not ${what}`, remedy };
}

const SHAPES: Readonly<Record<string, readonly [string, string]>> = {
  int: ['a whole number', 'Write a whole number.'],
  number: ['a whole number', 'Write a whole number.'],
  boolean: ['on or off', 'Switch it on or off.'],
  string: ['text', 'Write text.'],
  array: ['a list', 'Open the node in the editor and fill the list in again.'],
  object: ['a row of a list', 'Open the node in the editor and fill the list in again.'],
};

function outOfBounds(
  issue: z.core.$ZodIssueTooSmall | z.core.$ZodIssueTooBig,
  field: string,
  value: unknown,
): FieldFault {
  const small = issue.code === 'too_small';
  const bound = Number(small ? issue.minimum : issue.maximum);
  const limit = small ? `at least ${bound}` : `at most ${bound}`;
  if (Array.isArray(value))
    return { code: 'GW_FIELD_INVALID', fact: `${field} has ${value.length} rows`, remedy: `Keep ${limit}.` };
  if (typeof value === 'string' && issue.origin === 'string')
    return { code: 'GW_FIELD_INVALID', fact: `${field} is too long`, remedy: `Write ${limit} characters.` };
  return {
    code: 'GW_FIELD_INVALID',
    fact: `${field} is ${quoted(value).slice(1, -1)}, which is too ${small ? 'little' : 'much'}`,
    remedy: `Write a whole number of ${limit}.`,
  };
}

function missing(field: string): FieldFault {
  return {
    code: 'GW_FIELD_INVALID',
    fact: `${field} is missing`,
    remedy: 'Open the node in the editor and fill it in.',
  };
}

function valueAt(fields: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, part) =>
      typeof value === 'object' && value !== null && Object.hasOwn(value, part)
        ? (value as Readonly<Record<PropertyKey, unknown>>)[part]
        : undefined,
    fields,
  );
}

function isFieldFault(params: unknown): params is FieldFault {
  return typeof params === 'object' && params !== null && 'code' in params && 'fact' in params && 'remedy' in params;
}
