// The shape of everything `--json` prints. docs/schema/cli.schema.json is generated from here; a field once published stays.
import { z } from 'zod';
import { FieldChangeShape, ObservedAnswer, PlanAnswer } from '../agent/wire-shapes.ts';
import { FORMS } from '../hardware/import/imported.ts';
import { BoxProfile } from '../hardware/profile.ts';
import { AnyAddress, KINDS, Name } from '../model/address.ts';
import { DESIGN_VERSION } from '../model/design.ts';
import { Backend, BackendLabel } from '../model/gateway.ts';
import { Source } from '../model/resource.ts';
import { ATTEST_SHAPES } from './attest-shapes.ts';
import { DRAWING_SHAPES } from './drawing-shapes.ts';
import { DRIFT_SHAPE } from './drift-shape.ts';
import { EXPLAIN_SHAPE, LEARN_SHAPE } from './explain-shape.ts';
import { KEYS_SHAPE } from './keys-shape.ts';
import { MODBUS_SHAPE } from './modbus-shape.ts';
import { RECORDING_SHAPES } from './recording-shapes.ts';
import { Code, DiagnosticShape, Head } from './shape-parts.ts';

const ObservedShape = ObservedAnswer.extend({ label: BackendLabel });

const OutcomeShape = z.strictObject({
  gateway: Name,
  outcome: z.enum(['applied', 'failed', 'cancelled', 'rolled-back', 'unchanged']),
  /** The generation that is complete now. */
  generation: z.number(),
  message: z.string(),
  /** What failed. */
  code: Code.optional(),
});

/** A gateway that could not be looked at. */
const AwayShape = z.strictObject({ gateway: Name, code: Code, message: z.string(), remedy: z.string() });

const CheckShape = z.strictObject({
  id: z.string(),
  status: z.enum(['ok', 'warning', 'failed']),
  found: z.string(),
  remedy: z.string(),
});

/** What sets the back ends apart for one gateway. */
const ExplainedShape = z.strictObject({
  gateway: Name,
  /** The one that is drawn. */
  backend: Backend,
  backends: z.array(
    z.strictObject({
      backend: Backend,
      /** Why it could not be asked. */
      away: z.string().optional(),
      /** What is drawn and it cannot do. */
      findings: z.array(DiagnosticShape),
    }),
  ),
  differences: z.array(
    z.strictObject({
      kind: z.enum(KINDS),
      what: z.string(),
      ways: z.array(z.strictObject({ backend: Backend, way: z.string() })),
    }),
  ),
});

/** A guest image of the store; one that cannot be used has `problem` in place of `id`. */
const ImageShape = z.strictObject({
  name: z.string(),
  architecture: z.string(),
  directory: z.string(),
  id: z.string().optional(),
  problem: z.string().optional(),
});

/** What is wrong with the model of a box. */
const FindingShape = z.strictObject({
  severity: z.enum(['error', 'warning', 'info']),
  code: Code,
  /** Label of the row, or what else it is about; empty = the whole file. */
  row: z.string(),
  summary: z.string(),
  remedy: z.string(),
});

const CompareAction = z.enum(['create', 'update', 'remove']);

/** One document per command; `command` tells which. */
export const CLI_SHAPES = {
  validate: z.strictObject({
    ...Head,
    command: z.literal('validate'),
    design: z.strictObject({
      version: z.literal(DESIGN_VERSION),
      gateways: z.array(Name),
      resources: z.array(AnyAddress),
    }),
    diagnostics: z.array(DiagnosticShape),
  }),
  plan: z.strictObject({
    ...Head,
    command: z.literal('plan'),
    diagnostics: z.array(DiagnosticShape),
    plans: z.array(PlanAnswer),
  }),
  diff: z.strictObject({
    ...Head,
    command: z.literal('diff'),
    /** Of drawings with errors; then nothing is compared. */
    diagnostics: z.array(DiagnosticShape),
    owners: z.array(
      z.strictObject({
        action: CompareAction,
        of: z.enum(['gateway', 'tenant']),
        name: Name,
        changes: z.array(FieldChangeShape),
      }),
    ),
    resources: z.array(
      z.strictObject({
        action: CompareAction,
        address: AnyAddress,
        kind: z.enum(KINDS),
        tenant: Name.optional(),
        /** Its address in the first drawing, when it was renamed. */
        was: AnyAddress.optional(),
        changes: z.array(FieldChangeShape),
        source: Source,
      }),
    ),
  }),
  'explain-backend': z.strictObject({
    ...Head,
    command: z.literal('explain-backend'),
    diagnostics: z.array(DiagnosticShape),
    gateways: z.array(ExplainedShape),
  }),
  drift: DRIFT_SHAPE,
  apply: z.strictObject({
    ...Head,
    command: z.literal('apply'),
    diagnostics: z.array(DiagnosticShape),
    plans: z.array(PlanAnswer),
    results: z.array(OutcomeShape),
  }),
  destroy: z.strictObject({
    ...Head,
    command: z.literal('destroy'),
    diagnostics: z.array(DiagnosticShape),
    plans: z.array(PlanAnswer),
    results: z.array(OutcomeShape),
  }),
  rollback: z.strictObject({ ...Head, command: z.literal('rollback'), results: z.array(OutcomeShape) }),
  observe: z.strictObject({
    ...Head,
    command: z.literal('observe'),
    gateways: z.array(ObservedShape),
    away: z.array(AwayShape),
  }),
  doctor: z.strictObject({ ...Head, command: z.literal('doctor'), checks: z.array(CheckShape) }),
  image: z.strictObject({ ...Head, command: z.literal('image'), images: z.array(ImageShape) }),
  probe: z.strictObject({
    ...Head,
    command: z.literal('probe'),
    profile: BoxProfile,
    /** What could not be seen. */
    findings: z.array(FindingShape),
  }),
  profile: z.strictObject({
    ...Head,
    command: z.literal('profile'),
    action: z.enum(['import', 'lint', 'export', 'list']),
    /** What the file was; not with `list`. */
    form: z.enum(FORMS).optional(),
    /** With `list`: the profiles that come with Gatewright. */
    builtIns: z.array(z.strictObject({ name: z.string(), vendor: z.string(), model: z.string() })).optional(),
    /** With `import`. */
    profile: BoxProfile.optional(),
    /** With `export`: a hardware model of LF Edge EVE. */
    eve: z.record(z.string(), z.unknown()).optional(),
    findings: z.array(FindingShape),
  }),
  ...DRAWING_SHAPES,
  ...ATTEST_SHAPES,
  ...RECORDING_SHAPES,
  explain: EXPLAIN_SHAPE,
  learn: LEARN_SHAPE,
  modbus: MODBUS_SHAPE,
  keys: KEYS_SHAPE,
  agent: z.strictObject({ ...Head, command: z.literal('agent'), gateway: Name, socket: z.string() }),
  error: z.strictObject({
    ...Head,
    command: z.literal('error'),
    /** A code of docs/errors.md, or `USAGE` for a wrong command line. */
    code: z.union([Code, z.literal('USAGE')]),
    message: z.string(),
    remedy: z.string(),
  }),
} as const;

export type CliCommand = keyof typeof CLI_SHAPES;
export type CliDocument<C extends CliCommand> = z.input<(typeof CLI_SHAPES)[C]>;
