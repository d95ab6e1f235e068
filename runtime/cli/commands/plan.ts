// `gatewright plan FLOW` and `gatewright drift FLOW`: what would change, or what has changed behind our back. Both are the
// same difference between drawing and observation; only the words and the exit code differ. Nothing is changed.
import { hasErrors } from '../../model/diagnostic.ts';
import type { Plan } from '../../model/plan.ts';
import { NOTHING_TO_DO, renderPlan } from '../../plan/render.ts';
import { planAll } from '../apply-all.ts';
import { type CliContext, chosenDesigns, type GatewayOption, withTargets } from '../context.ts';
import { diagnosticLines } from '../diagnostic-text.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import { compileFile } from '../flow-file.ts';

export interface PlanOption extends GatewayOption {
  /** Exit with 1 when something would change. */
  readonly detailedExitcode?: boolean;
}

export function plan(context: CliContext, flow: string, option: PlanOption): Promise<ExitCode> {
  return compare(context, flow, option, 'plan', option.detailedExitcode === true);
}

export function drift(context: CliContext, flow: string, option: GatewayOption): Promise<ExitCode> {
  return compare(context, flow, option, 'drift', true);
}

async function compare(
  context: CliContext,
  flow: string,
  option: GatewayOption,
  command: 'plan' | 'drift',
  tellByExitCode: boolean,
): Promise<ExitCode> {
  const { design, diagnostics } = await compileFile(flow);
  const designs = chosenDesigns(design, diagnostics, option);
  const planned = await withTargets(context, designs, targets => planAll(targets, context.terminal));
  const plans = planned.map(one => one.plan);
  const found = [...diagnostics, ...planned.flatMap(one => one.warnings)];
  const bad = hasErrors(diagnostics);
  const differs = plans.some(one => one.steps.length > 0);
  context.terminal.result(
    {
      version: 1,
      command,
      ok: !bad && !(command === 'drift' && differs),
      diagnostics: found as never,
      plans: plans as never,
    },
    [
      ...diagnosticLines(found),
      ...(bad ? ['The drawing has errors, so nothing is planned.'] : planLines(plans, command)),
    ],
  );
  return bad || (tellByExitCode && differs) ? EXIT.findings : EXIT.ok;
}

export const NO_GATEWAY = 'The drawing has no gateway, so there is nothing to do. Draw one, or name another file.';

/** Every plan, one after the other; an empty one is named too. */
export function planLines(plans: readonly Plan[], command: 'plan' | 'drift'): readonly string[] {
  if (plans.length === 0) return [NO_GATEWAY];
  return plans.flatMap((one, index) => [...(index > 0 ? [''] : []), ...onePlan(one, command)]);
}

function onePlan(plan: Plan, command: 'plan' | 'drift'): readonly string[] {
  if (plan.steps.length > 0) return renderPlan(plan);
  const said = command === 'drift' ? 'No drift. Everything runs as drawn.' : NOTHING_TO_DO;
  return [`${plan.gateway} (${plan.label}), generation ${plan.generation.from}: ${said}`];
}
