// The shapes of what goes over the agent's socket, both ways. Whatever comes in is parsed with these, unknown fields are
// refused. Knows nothing of HTTP.
import { z } from 'zod';
import { BoxProfile } from '../hardware/profile.ts';
import { AnyAddress, addressOf, KINDS, Name } from '../model/address.ts';
import { AGENT_PROTOCOL_VERSION, MOST_ASKED_BYTES } from '../model/agent.ts';
import { GateStanding } from '../model/attestation.ts';
import { CODES, type Code } from '../model/codes.ts';
import { Compute } from '../model/compute.ts';
import { MOST_TYPED_BYTES, POWER_ACTIONS } from '../model/console.ts';
import { Conversation, MOST_TOLD_CONVERSATIONS } from '../model/conversation.ts';
import { BackendLabel } from '../model/gateway.ts';
import { FrameShape, TickShape } from '../model/line-shapes.ts';
import { PLAN_VERSION } from '../model/plan.ts';
import { MOST_TOLD_FRAMES, SNAPLEN } from '../model/port-frame.ts';
import { Source } from '../model/resource.ts';

const Hash = z.string().regex(/^[0-9a-f]{64}$/, 'expected a hash of 64 hex digits');
const Count = z.number().int().min(0);
const Text = z.string();
const Kind = z.enum(KINDS);
const Anything = z.record(z.string(), z.unknown());

/** Names a work so that a cancel meets exactly that one. */
const WorkId = z.string().regex(/^[\w-]{1,64}$/, 'a work id has 1 to 64 letters, digits, hyphens');

// Requests. The design inside is checked by the agent itself, in process and here alike.
export const PlanRequest = z.strictObject({ design: z.unknown() });
export const ApplyRequestShape = z.strictObject({
  design: z.unknown(),
  planHash: Hash,
  onFailure: z.enum(['stop', 'rollback']),
  work: WorkId.optional(),
});
export const RollbackRequest = z.strictObject({ work: WorkId.optional() });
/** Without a name: whatever is under way. */
export const CancelRequest = z.strictObject({ work: WorkId.optional() });
const VmAddress = addressOf('vm');
export const ConsoleQuery = z.strictObject({ vm: VmAddress });
/** Whether to hear what was refused too, as text of a query. */
export const ConversationsQuery = z.strictObject({
  policy: addressOf('policy'),
  firewall: Name,
  refused: z.enum(['true', 'false']),
});
/** Bytes of each frame, as text of a query. */
export const PortQuery = z.strictObject({
  port: addressOf('port'),
  snaplen: z
    .string()
    .regex(/^\d{1,5}$/, 'snaplen is a number of bytes')
    .refine(text => Number(text) >= SNAPLEN.least && Number(text) <= SNAPLEN.most, {
      error: `snaplen is ${SNAPLEN.least} to ${SNAPLEN.most} bytes`,
    }),
});
export const TapQuery = z.strictObject({ line: addressOf('line') });
/** Bytes are in base64. */
export const TypeRequest = z.strictObject({
  vm: VmAddress,
  bytes: z.base64().max(Math.ceil(MOST_TYPED_BYTES / 3) * 4, `at most ${MOST_TYPED_BYTES} bytes are typed at once`),
});
export const PowerRequest = z.strictObject({ vm: VmAddress, action: z.enum(POWER_ACTIONS) });
/** Bytes are in base64. */
export const AskRequest = z.strictObject({
  line: addressOf('line'),
  request: z.base64().max(Math.ceil(MOST_ASKED_BYTES / 3) * 4, `a request has at most ${MOST_ASKED_BYTES} bytes`),
});
/** Unix time in ms, as text of a query. */
export const SinceQuery = z.strictObject({
  since: z
    .string()
    .regex(/^\d{1,15}$/, 'since is a time in ms')
    .optional(),
});

// Answers.
const Facts = z.strictObject({
  kind: Kind,
  driver: Text,
  label: BackendLabel,
  because: Text.optional(),
  mutable: z.record(z.string(), z.enum(['live', 'restart'])),
  renames: z.boolean(),
  rebuildWith: z.array(Kind),
  seconds: z.strictObject({ create: z.number(), update: z.number(), restart: z.number(), remove: z.number() }),
  losesState: z.boolean(),
  lacks: z.record(z.string(), z.string()),
  limits: z.record(z.string(), z.strictObject({ most: z.number(), why: z.string() })).optional(),
  compute: Compute.optional(),
});

/** More are on no gateway; a list is for people to choose from. */
export const MOST_IMAGES = 1_000;

export const InfoAnswer = z.strictObject({
  protocol: z.literal(AGENT_PROTOCOL_VERSION),
  gateway: Name,
  version: Text,
  label: BackendLabel,
  facts: z.array(Facts),
  images: z.array(Text).max(MOST_IMAGES).optional(),
  generation: Count,
  busy: z.enum(['idle', 'applying', 'recovering']),
});

const KnownCode = z.custom<Code>(
  value => typeof value === 'string' && Object.hasOwn(CODES, value),
  'expected a code of this version',
);

export const ObservedAnswer = z.strictObject({
  gateway: Name,
  generation: Count,
  atMs: z.number(),
  resources: z.record(
    z.string(),
    z.strictObject({
      ...{ address: AnyAddress, kind: Kind, spec: Anything, generation: Count, status: Anything },
      findings: z.array(z.strictObject({ code: KnownCode, message: Text })).optional(),
    }),
  ),
});

export const FieldChangeShape = z.strictObject({
  field: Text,
  from: z.unknown().optional(),
  to: z.unknown().optional(),
  how: z.enum(['live', 'restart']).optional(),
});

const StepShape = z.strictObject({
  id: Text,
  action: z.enum(['create', 'update', 'replace', 'remove']),
  address: AnyAddress,
  kind: Kind,
  tenant: Name.optional(),
  changes: z.array(FieldChangeShape),
  needs: z.array(Text),
  impact: z.strictObject({
    tenants: z.array(Name),
    dark: z.array(AnyAddress),
    darkSeconds: z.number(),
    restartsVm: z.boolean(),
    reversible: z.boolean(),
  }),
  reason: Text,
  was: AnyAddress.optional(),
  source: Source.optional(),
});

export const PlanAnswer = z.strictObject({
  version: z.literal(PLAN_VERSION),
  gateway: Name,
  label: BackendLabel,
  drivers: z.array(z.strictObject({ kind: Kind, driver: Text, label: BackendLabel, because: Text })).optional(),
  generation: z.strictObject({ from: Count, to: Count }),
  designHash: Hash,
  observedHash: Hash,
  steps: z.array(StepShape),
  hash: Hash,
});
export const ProfileAnswer = z.strictObject({ profile: BoxProfile });
export const DriftAnswer = z.strictObject({ plan: PlanAnswer.nullable() });
export const AskAnswer = z.strictObject({ answer: z.base64() });
/** Done, nothing to say. */
export const DoneAnswer = z.strictObject({});
export const CancelAnswer = z.strictObject({ cancelled: z.boolean() });

const Outcome = z.enum(['applied', 'failed', 'cancelled', 'rolled-back']);
const ResultShape = z.strictObject({ outcome: Outcome, generation: Count, message: Text });
export const ErrorAnswer = z.strictObject({ code: KnownCode, message: Text, address: AnyAddress.optional() });

const stamp = { gateway: Name, atMs: z.number(), generation: Count };
const ofStep = { ...stamp, step: Text, address: AnyAddress };
export const EventShape = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('apply-started'), ...stamp, planHash: Hash, steps: Count }),
  z.strictObject({ type: z.literal('step-started'), ...ofStep }),
  z.strictObject({ type: z.literal('step-progress'), ...ofStep, what: Text, fraction: z.number().min(0).max(1) }),
  z.strictObject({ type: z.literal('step-done'), ...ofStep, done: Count, steps: Count }),
  z.strictObject({ type: z.literal('step-failed'), ...ofStep, code: KnownCode, message: Text }),
  z.strictObject({ type: z.literal('apply-ended'), ...stamp, outcome: Outcome, message: Text }),
  z.strictObject({ type: z.literal('drift'), ...stamp, steps: z.array(StepShape) }),
  z.strictObject({
    type: z.literal('attestation'),
    gateway: Name,
    atMs: z.number(),
    standings: z.array(GateStanding),
  }),
  z.strictObject({
    type: z.literal('alarm'),
    gateway: Name,
    atMs: z.number(),
    code: KnownCode,
    message: Text,
  }),
]);

/** Bytes are in base64. */
const PortFrameShape = z.strictObject({
  atUs: z.number().min(0),
  direction: z.enum(['from-vm', 'to-vm']),
  length: Count,
  bytes: z.base64(),
});

/** One line of a stream. A `beat` says only that the agent lives. */
export const StreamLine = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('beat') }),
  z.strictObject({ type: z.literal('event'), event: EventShape }),
  z.strictObject({ type: z.literal('said'), bytes: z.base64() }),
  z.strictObject({ type: z.literal('frames'), frames: z.array(FrameShape), lost: Count }),
  z.strictObject({ type: z.literal('traffic'), tick: TickShape }),
  z.strictObject({
    type: z.literal('conversations'),
    heard: z.array(Conversation).max(MOST_TOLD_CONVERSATIONS),
    lost: Count,
  }),
  z.strictObject({
    type: z.literal('port-frames'),
    frames: z.array(PortFrameShape).max(MOST_TOLD_FRAMES),
    lost: Count,
  }),
  z.strictObject({ type: z.literal('result'), result: ResultShape }),
  z.strictObject({ type: z.literal('error'), error: ErrorAnswer }),
]);
export type StreamLine = z.infer<typeof StreamLine>;
