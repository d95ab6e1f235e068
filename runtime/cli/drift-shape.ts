// What `drift --json` prints.
import { z } from 'zod';
import { PlanAnswer } from '../agent/wire-shapes.ts';
import { AnyAddress, KINDS, Name } from '../model/address.ts';
import { Source } from '../model/resource.ts';
import { DiagnosticShape, Head } from './shape-parts.ts';

const DriftedShape = z.strictObject({
  address: AnyAddress,
  kind: z.enum(KINDS),
  /** Empty = all of it. */
  field: z.string(),
  whole: z.enum(['gone', 'extra']).optional(),
  is: z.unknown().optional(),
  applied: z.unknown().optional(),
  words: z.strictObject({ field: z.string(), is: z.string(), applied: z.string() }),
  source: Source.optional(),
});

const ExceptionShape = z.strictObject({
  gateway: Name,
  address: AnyAddress,
  field: z.string(),
  value: z.unknown().optional(),
  user: z.string(),
  reason: z.string(),
  /** Unix time in ms, as below. */
  atMs: z.number(),
  untilMs: z.number(),
});

export const DRIFT_SHAPE = z.strictObject({
  ...Head,
  command: z.literal('drift'),
  diagnostics: z.array(DiagnosticShape),
  plans: z.array(PlanAnswer),
  /** The same, field by field. */
  drifted: z.array(DriftedShape),
  /** What is let stand. */
  exceptions: z.array(ExceptionShape),
  /** With `--adopt`: what was changed in the file. */
  edit: z
    .strictObject({
      node: z.string(),
      label: z.string(),
      field: z.string(),
      from: z.unknown().optional(),
      to: z.unknown().optional(),
    })
    .optional(),
});
