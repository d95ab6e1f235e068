// `gatewright drift FLOW`: what has changed behind our back, field by field. With a place it decides about one difference: takes it
// over into the file, brings back what is drawn, lets it stand until a date, or ends that.
import { userInfo } from 'node:os';
import type { Compiled } from '../../compile/compile.ts';
import { hasErrors } from '../../model/diagnostic.ts';
import { type Drifted, type DriftPlace, MOST_REASON_CHARACTERS } from '../../model/drift.ts';
import { driftedFields } from '../../plan/drifted.ts';
import type { FieldEdit } from '../../platform/adopt/candidates.ts';
import { excepting } from '../../platform/excepting.ts';
import { outcomeText, type Planned, planAll, tell } from '../apply-all.ts';
import { type CliContext, chosenDesigns, type GatewayOption, withTargets } from '../context.ts';
import { diagnosticLines } from '../diagnostic-text.ts';
import { placeOf } from '../drift-place.ts';
import { EXIT, type ExitCode, UsageError } from '../exit.ts';
import { compileFile } from '../flow-file.ts';
import { timeText } from '../left-standing.ts';
import { untilOf } from '../until.ts';
import { adoptInFile } from './drift-adopt.ts';
import { planLines } from './plan.ts';

export interface DriftOption extends GatewayOption {
  readonly adopt?: string;
  readonly restore?: string;
  readonly except?: string;
  readonly end?: string;
  readonly until?: string;
  readonly reason?: string;
  readonly yes?: boolean;
}

const DECISIONS = ['adopt', 'restore', 'except', 'end'] as const;

/** What came of a decision: the words, and what was changed in the file. */
interface Decided {
  readonly lines: readonly string[];
  readonly edit?: FieldEdit;
  /** Nothing was done. */
  readonly not?: true;
}

/** @throws UsageError, and GatewrightError as `Excepting` and `adopt` say */
export async function drift(context: CliContext, flow: string, option: DriftOption): Promise<ExitCode> {
  const chosen = DECISIONS.filter(one => option[one] !== undefined);
  if (chosen.length > 1)
    throw new UsageError(`decide one thing at a time, not ${chosen.map(one => `--${one}`).join(' and ')}`);
  const [decision] = chosen;
  if (decision === undefined) return show(context, await compileFile(flow), option);
  const place = placeOf(option[decision] ?? '');
  const { design, diagnostics } = await compileFile(flow);
  if (hasErrors(diagnostics)) return report(context, [], diagnostics);
  const designs = chosenDesigns(design, diagnostics, { gateway: place.gateway });
  return withTargets(context, designs, async targets => {
    const [planned] = await planAll(targets, context);
    if (planned === undefined) throw new UsageError(`the drawing has no gateway ${place.gateway}`);
    const decided = await decide(context, flow, option, decision, place, planned);
    // Of another drawing nothing is known yet.
    const after = decision === 'adopt' ? [] : await planAll(targets, context);
    report(context, after, [], decided);
    return decided.not === true ? EXIT.findings : EXIT.ok;
  });
}

async function decide(
  context: CliContext,
  flow: string,
  option: DriftOption,
  decision: (typeof DECISIONS)[number],
  place: DriftPlace & { readonly gateway: string },
  planned: Planned,
): Promise<Decided> {
  const drifted = driftedFields(planned.plan.steps);
  if (decision === 'adopt') return adoptInFile(flow, place, drifted, await planned.agent.observe());
  const { except, end, planRestoring, restore } = deciding(context, planned, drifted, place.gateway);
  const { address, field } = place;
  if (decision === 'end') {
    await end({ address, field });
    return { lines: [`${field} of ${address} may stand no longer.`] };
  }
  if (decision === 'except') {
    const wish = { address, field, ...whyAndUntil(option) };
    await except(wish);
    return { lines: [`${field} of ${address} may stand until ${timeText(wish.untilMs)}.`] };
  }
  const plan = await planRestoring({ address, field });
  if (!(await approved(context, planLines([plan], 'plan'), option)))
    return { lines: ['Nothing was changed.'], not: true };
  const result = await restore({ address, field }, plan.hash);
  const lines = [`${place.gateway}: ${outcomeText(result)}`];
  return { lines, ...(result.outcome === 'applied' ? {} : { not: true }) };
}

function deciding(
  { exceptions, terminal }: CliContext,
  planned: Planned,
  drifted: readonly Drifted[],
  gateway: string,
) {
  const { agent, drawn, standing } = planned;
  return excepting({
    ...{ gateway, user: userInfo().username, exceptions, now: Date.now },
    note: () => {}, // the audit is that of whoever keeps a platform open
    link: {
      drift: () => ({ drifted, exceptions: standing }),
      drawing: () => drawn,
      reached: () => agent,
      apply: (planHash, onFailure, design = drawn) =>
        agent.apply({ design, planHash, onFailure }, event => tell(event, terminal)),
      refresh: async () => undefined,
    },
  });
}

function whyAndUntil({ until, reason }: DriftOption) {
  if (until === undefined) throw new UsageError('--except wants --until: 8h, 3d, a day or a time');
  const why = reason?.trim() ?? '';
  if (why === '' || why.length > MOST_REASON_CHARACTERS)
    throw new UsageError(`--except wants --reason: why, in at most ${MOST_REASON_CHARACTERS} characters`);
  return { untilMs: untilOf(until, Date.now()), reason: why };
}

async function approved({ terminal }: CliContext, plan: readonly string[], { yes }: DriftOption): Promise<boolean> {
  if (yes === true) return true;
  if (!terminal.interactive) throw new UsageError('nobody can be asked here; give --yes to restore all the same');
  terminal.notice(...plan);
  return terminal.confirm('Restore this?');
}

async function show(context: CliContext, { design, diagnostics }: Compiled, option: GatewayOption): Promise<ExitCode> {
  const designs = chosenDesigns(design, diagnostics, option);
  const planned = await withTargets(context, designs, targets => planAll(targets, context));
  return report(context, planned, diagnostics);
}

function report(
  { terminal }: CliContext,
  planned: readonly Planned[],
  diagnostics: Compiled['diagnostics'],
  decided?: Decided,
): ExitCode {
  const plans = planned.map(({ plan }) => plan);
  const found = [...diagnostics, ...(decided === undefined ? planned.flatMap(({ warnings }) => warnings) : [])];
  const bad = hasErrors(diagnostics);
  const differs = plans.some(({ steps }) => steps.length > 0);
  const standing = planned.flatMap(one => one.standing);
  const lines = bad ? ['The drawing has errors, so nothing is planned.'] : planLines(plans, 'drift', standing);
  terminal.result(
    {
      version: 1,
      command: 'drift',
      ok: decided === undefined ? !bad && !differs : decided.not !== true,
      diagnostics: found as never,
      plans: plans as never,
      drifted: plans.flatMap(({ steps }) => driftedFields(steps)) as never,
      exceptions: standing as never,
      ...(decided?.edit === undefined ? {} : { edit: { ...decided.edit } }),
    },
    decided?.lines ?? [...diagnosticLines(found), ...lines],
  );
  return bad || differs ? EXIT.findings : EXIT.ok;
}
