// `gatewright apply FLOW` and `gatewright destroy FLOW`: plan, ask, apply. Destroying is applying an empty drawing.
import { emptyDesign, type GatewayDesign } from '../../model/design.ts';
import { type Diagnostic, hasErrors } from '../../model/diagnostic.ts';
import { GatewrightError } from '../../model/errors.ts';
import { applyAll, type GatewayOutcome, type Planned, planAll } from '../apply-all.ts';
import { type CliContext, chooseGateways, chosenDesigns, type GatewayOption, withTargets } from '../context.ts';
import { diagnosticLines } from '../diagnostic-text.ts';
import { EXIT, type ExitCode, UsageError } from '../exit.ts';
import { compileFile } from '../flow-file.ts';
import { planLines } from './plan.ts';

export interface ApplyOption extends GatewayOption {
  /** Do not ask. */
  readonly yes?: boolean;
  /** Hash of the one plan that was approved elsewhere. */
  readonly plan?: string;
  readonly onFailure?: string;
}

export async function apply(context: CliContext, flow: string, option: ApplyOption): Promise<ExitCode> {
  const { design, diagnostics } = compileFile(flow);
  const designs = chosenDesigns(design, diagnostics, option);
  return change(context, designs, option, 'apply', diagnostics);
}

export async function destroy(context: CliContext, flow: string, option: ApplyOption): Promise<ExitCode> {
  const { design } = compileFile(flow);
  const designs = chooseGateways(design, option).flatMap(name => {
    const gateway = design.gateways[name];
    return gateway === undefined ? [] : [emptyDesign(gateway)];
  });
  return change(context, designs, option, 'destroy', []);
}

async function change(
  context: CliContext,
  designs: readonly GatewayDesign[],
  option: ApplyOption,
  command: 'apply' | 'destroy',
  diagnostics: readonly Diagnostic[],
): Promise<ExitCode> {
  const onFailure = failureMode(option);
  return withTargets(context, designs, async targets => {
    const planned = await planAll(targets);
    checkApproval(planned, option);
    const go = hasErrors(diagnostics) ? false : await approved(context, planned, option, command);
    const results = go ? await applyAll(planned, context.terminal, onFailure, context.interrupted) : [];
    const ok = go && results.length === planned.length && results.every(succeeded);
    const plans = planned.map(one => one.plan);
    const body = { version: 1 as const, ok, plans: plans as never, results: [...results] };
    const lines = [...diagnosticLines(diagnostics), ...endLines(results, go, diagnostics)];
    if (command === 'apply') context.terminal.result({ ...body, command, diagnostics: diagnostics as never }, lines);
    else context.terminal.result({ ...body, command }, lines);
    return ok ? EXIT.ok : EXIT.findings;
  });
}

function failureMode(option: ApplyOption): 'stop' | 'rollback' {
  const mode = option.onFailure ?? 'stop';
  if (mode === 'stop' || mode === 'rollback') return mode;
  throw new UsageError(`--on-failure takes stop or rollback, not ${mode}`);
}

/** A plan hash binds to one plan on one gateway; anything else would approve what nobody saw. */
function checkApproval(planned: readonly Planned[], option: ApplyOption): void {
  if (option.plan === undefined) return;
  if (planned.length !== 1) throw new UsageError('--plan approves one gateway; name it with --gateway');
  if (planned[0]?.plan.hash === option.plan) return;
  throw new GatewrightError(
    'GW_PLAN_STALE',
    'the plan is no longer the one that was approved; plan again and look at it',
  );
}

async function approved(
  context: CliContext,
  planned: readonly Planned[],
  option: ApplyOption,
  command: string,
): Promise<boolean> {
  if (planned.every(one => one.plan.steps.length === 0)) return true;
  if (option.yes === true || option.plan !== undefined) return true;
  for (const line of planLines(
    planned.map(one => one.plan),
    'plan',
  ))
    context.terminal.notice(line);
  return context.terminal.confirm(`Run this ${command}?`);
}

function succeeded(result: GatewayOutcome): boolean {
  return result.outcome === 'applied' || result.outcome === 'unchanged';
}

function endLines(
  results: readonly GatewayOutcome[],
  go: boolean,
  diagnostics: readonly Diagnostic[],
): readonly string[] {
  if (hasErrors(diagnostics)) return ['The drawing has errors, so nothing was applied.'];
  if (!go) return ['Nothing was changed. Give --yes to apply without being asked, or --plan HASH to approve one plan.'];
  return results.map(
    result => `${result.gateway}: ${result.outcome}, generation ${result.generation}. ${result.message}`,
  );
}
