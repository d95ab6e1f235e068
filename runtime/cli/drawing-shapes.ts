// The shapes of what `convert`, `import` and `format` print.
import { z } from 'zod';
import { Name } from '../model/address.ts';
import { DiagnosticShape, Head } from './shape-parts.ts';

/** A node as flow JSON has it. */
const NodeShape = z.looseObject({ id: z.string(), type: z.string() });

const LineShape = z.strictObject({
  /** The line in words. */
  what: z.string(),
  bus: Name,
  /** Absent for lines that have no rules. */
  firewall: Name.optional(),
  vm: Name,
  /** What the VM may do on it, in words. */
  allowed: z.array(z.string()),
  /** What the program in the VM has to do. */
  inside: z.string(),
});

const EntryShape = z.strictObject({
  node: z.string(),
  type: z.string(),
  label: z.string(),
  outcome: z.enum(['converted', 'partly', 'kept', 'not-converted']),
  /** Names of what does its work now. */
  became: z.array(Name),
  notes: z.array(z.string()),
});

export const DRAWING_SHAPES = {
  convert: z.strictObject({
    ...Head,
    command: z.literal('convert'),
    /** Of the flow when it cannot be read, else of the drawing. */
    diagnostics: z.array(DiagnosticShape),
    /** The one it is drawn on; empty when nothing is drawn. */
    gateway: z.union([Name, z.literal('')]),
    lines: z.array(LineShape),
    entries: z.array(EntryShape),
    /** Ids of nodes whose work the drawing does; they are switched off in it, unless `--replaced` says otherwise. */
    replaced: z.array(z.string()),
    flow: z.array(NodeShape),
  }),
  import: z.strictObject({
    ...Head,
    command: z.literal('import'),
    /** Of the drawing. */
    diagnostics: z.array(DiagnosticShape),
    gateway: Name,
    vm: Name,
    parts: z.array(
      z.strictObject({
        /** A part of the domain, in words. */
        what: z.string(),
        outcome: z.enum(['converted', 'partly', 'not-converted']),
        became: z.array(z.string()),
        notes: z.array(z.string()),
      }),
    ),
    flow: z.array(NodeShape),
  }),
  format: z.strictObject({
    ...Head,
    command: z.literal('format'),
    diagnostics: z.array(DiagnosticShape),
    flow: z.array(NodeShape),
  }),
} as const;
