// `gatewright apply FLOW` and `gatewright destroy FLOW`: plan, ask, apply. Destroying is applying an empty drawing.
import { emptyDesign, type GatewayDesign } from '../../model/design.ts';
import { type Diagnostic, hasErrors } from '../../model/diagnostic.ts';
import { GatewrightError } from '../../model/errors.ts';
import { applyAll, type GatewayOutcome, outcomeText, type Planned, planAll, succeeded } from '../apply-all.ts';
import { type CliContext, chosenDesigns, type GatewayOption, withTargets } from '../context.ts';
import { diagnosticLines } from '../diagnostic-text.ts';
import { EXIT, type ExitCode, exitCodeOfCode, UsageError } from '../exit.ts';
import { compileFile } from '../flow-file.ts';
import { interruptible } from '../interruption.ts';
import { NO_GATEWAY, planLines } from './plan.ts';

export interface ApplyOption extends GatewayOption {
  /** Do not ask. */
  readonly yes?: boolean;
  /** Hash of the one plan that was approved elsewhere. */
  readonly plan?: string;
  readonly onFailure?: string;
}

type Change = 'apply' | 'destroy';
/** Who decided, and how; `unasked` when nobody could be asked. */
type Decision = 'go' | 'declined' | 'unasked';

export function apply(context: CliContext, flow: string, option: ApplyOption): Promise<ExitCode> {
  return change(context, flow, option, 'apply');
}

/** A drawing with errors is refused too: of a gateway that it does not show, things would stay behind untold. */
export function destroy(context: CliContext, flow: string, option: ApplyOption): Promise<ExitCode> {
  return change(context, flow, option, 'destroy');
}

async function change(context: CliContext, flow: string, option: ApplyOption, command: Change): Promise<ExitCode> {
  const onFailure = failureMode(option);
  const { design, diagnostics } = await compileFile(flow);
  if (hasErrors(diagnostics)) return refuse(context, diagnostics, command);
  const designs = chosenDesigns(design, diagnostics, option);
  const wanted = command === 'apply' ? designs : designs.map(({ gateway }) => emptyDesign(gateway));
  return withTargets(context, wanted, targets =>
    decideAndRun(context, targets, { ...option, onFailure }, command, diagnostics),
  );
}

async function decideAndRun(
  context: CliContext,
  targets: readonly { readonly design: GatewayDesign; readonly agent: Planned['agent'] }[],
  option: ApplyOption & { readonly onFailure: 'stop' | 'rollback' },
  command: Change,
  diagnostics: readonly Diagnostic[],
): Promise<ExitCode> {
  const { terminal } = context;
  const planned = await planAll(targets, context);
  checkApproval(planned, option);
  const found = [...diagnostics, ...planned.flatMap(one => one.warnings)];
  const decision = await decide(context, planned, option, command);
  const results =
    decision === 'go'
      ? await interruptible(terminal, signal => applyAll(planned, terminal, option.onFailure, signal))
      : [];
  const ok = decision === 'go' && results.every(succeeded);
  const plans = planned.map(one => one.plan);
  terminal.result(
    {
      version: 1,
      command,
      ok,
      diagnostics: found as never,
      plans: plans as never,
      results: results.map(result => ({ ...result })),
    },
    [...diagnosticLines(found), ...endLines(planned, results, decision, command)],
  );
  if (decision === 'unasked' && terminal.json) terminal.notice(unasked(command));
  return exitCode(ok, results);
}

function refuse(context: CliContext, diagnostics: readonly Diagnostic[], command: Change): ExitCode {
  const body = { version: 1 as const, ok: false, diagnostics: diagnostics as never, plans: [], results: [] };
  const done = command === 'apply' ? 'applied' : 'removed';
  const last = `The drawing has errors, so nothing was ${done}. Mend them, then ${command} again.`;
  context.terminal.result({ ...body, command }, [...diagnosticLines(diagnostics), last]);
  return EXIT.findings;
}

function failureMode(option: ApplyOption): 'stop' | 'rollback' {
  const mode = option.onFailure ?? 'stop';
  if (mode === 'stop' || mode === 'rollback') return mode;
  throw new UsageError(`--on-failure takes stop or rollback, not ${mode}; choose one of them`);
}

/** A plan hash binds to one plan on one gateway; anything else would approve what nobody saw. */
function checkApproval(planned: readonly Planned[], option: ApplyOption): void {
  if (option.plan === undefined) return;
  if (planned.length !== 1) throw new UsageError('--plan approves the plan of one gateway; name it with --gateway');
  if (planned[0]?.plan.hash === option.plan) return;
  throw new GatewrightError(
    'GW_PLAN_STALE',
    'the plan is no longer the one that was approved; plan again and look at it',
  );
}

async function decide(
  { terminal }: CliContext,
  planned: readonly Planned[],
  option: ApplyOption,
  command: Change,
): Promise<Decision> {
  if (planned.every(one => one.plan.steps.length === 0)) return 'go';
  if (option.yes === true || option.plan !== undefined) return 'go';
  if (!terminal.interactive) return 'unasked';
  terminal.notice(...planned.flatMap(one => diagnosticLines(one.warnings)), ...planText(planned));
  return (await terminal.confirm(`Run this ${command}?`)) ? 'go' : 'declined';
}

function planText(planned: readonly Planned[]): readonly string[] {
  return planLines(
    planned.map(one => one.plan),
    'plan',
    planned.flatMap(one => one.standing),
  );
}

function exitCode(ok: boolean, results: readonly GatewayOutcome[]): ExitCode {
  const failed = results.find(({ outcome }) => outcome === 'failed' || outcome === 'rolled-back');
  if (failed !== undefined) return exitCodeOfCode(failed.code);
  return ok ? EXIT.ok : EXIT.findings;
}

function unasked(command: Change): string {
  return `Nothing was changed, for nobody can be asked here. Give --yes to ${command} all the same, or --plan HASH to approve one plan.`;
}

function endLines(
  planned: readonly Planned[],
  results: readonly GatewayOutcome[],
  decision: Decision,
  command: Change,
): readonly string[] {
  if (planned.length === 0) return [NO_GATEWAY];
  if (decision === 'declined') return ['Nothing was changed.'];
  if (decision === 'unasked') return [...planText(planned), '', unasked(command)];
  const labels = new Map(planned.map(({ plan }) => [plan.gateway as string, plan.label]));
  return results.map(result => {
    const complete = succeeded(result) ? '' : ` Generation ${result.generation} is the last complete one.`;
    return `${result.gateway} (${labels.get(result.gateway)}): ${outcomeText(result)}${complete}`;
  });
}
