// `gatewright plan FLOW`: what would change. Nothing is changed. Drift is the same difference between drawing and observation; only
// the words and the exit code differ.
import { hasErrors } from '../../model/diagnostic.ts';
import type { DriftException } from '../../model/drift.ts';
import type { Plan } from '../../model/plan.ts';
import { NOTHING_TO_DO, renderPlan } from '../../plan/render.ts';
import { planAll } from '../apply-all.ts';
import { type CliContext, chosenDesigns, type GatewayOption, withTargets } from '../context.ts';
import { diagnosticLines } from '../diagnostic-text.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import { compileFile } from '../flow-file.ts';
import { standingLines } from '../left-standing.ts';

export interface PlanOption extends GatewayOption {
  /** Exit with 1 when something would change. */
  readonly detailedExitcode?: boolean;
}

export async function plan(context: CliContext, flow: string, option: PlanOption): Promise<ExitCode> {
  const { design, diagnostics } = await compileFile(flow);
  const designs = chosenDesigns(design, diagnostics, option);
  const planned = await withTargets(context, designs, targets => planAll(targets, context));
  const plans = planned.map(one => one.plan);
  const found = [...diagnostics, ...planned.flatMap(one => one.warnings)];
  const bad = hasErrors(diagnostics);
  const lines = bad
    ? ['The drawing has errors, so nothing is planned.']
    : planLines(
        plans,
        'plan',
        planned.flatMap(one => one.standing),
      );
  context.terminal.result(
    { version: 1, command: 'plan', ok: !bad, diagnostics: found as never, plans: plans as never },
    [...diagnosticLines(found), ...lines],
  );
  const differs = plans.some(one => one.steps.length > 0);
  return bad || (option.detailedExitcode === true && differs) ? EXIT.findings : EXIT.ok;
}

export const NO_GATEWAY = 'The drawing has no gateway, so there is nothing to do. Draw one, or name another file.';

/** Every plan, one after the other; an empty one is named too. What is let stand comes last. */
export function planLines(
  plans: readonly Plan[],
  command: 'plan' | 'drift',
  standing: readonly DriftException[] = [],
): readonly string[] {
  if (plans.length === 0) return [NO_GATEWAY];
  const stands = standingLines(standing);
  return [
    ...plans.flatMap((one, index) => [...(index > 0 ? [''] : []), ...onePlan(one, command)]),
    ...(stands.length === 0 ? [] : ['', ...stands]),
  ];
}

function onePlan(plan: Plan, command: 'plan' | 'drift'): readonly string[] {
  if (plan.steps.length > 0) return renderPlan(plan);
  const said = command === 'drift' ? 'No drift. Everything runs as drawn.' : NOTHING_TO_DO;
  return [`${plan.gateway} (${plan.label}), generation ${plan.generation.from}: ${said}`];
}
