// Parts that the shapes of several commands have.
import { z } from 'zod';
import { CODES, type Code as CodeName } from '../model/codes.ts';
import { Source } from '../model/resource.ts';

export const Head = { version: z.literal(1), ok: z.boolean() };

export const Code = z.enum(Object.keys(CODES) as [CodeName, ...CodeName[]]);

export const DiagnosticShape = z.strictObject({
  severity: z.enum(['error', 'warning', 'info']),
  code: Code,
  summary: z.string(),
  remedy: z.string(),
  source: Source,
  related: z.array(Source).optional(),
});
