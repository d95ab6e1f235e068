// `gatewright rollback`: shows what that would do, asks, and takes a gateway back to what was complete before.
import type { Code } from '../../model/codes.ts';
import type { AgentEvent } from '../../model/events.ts';
import { renderPlan } from '../../plan/render.ts';
import { outcomeText, tell } from '../apply-all.ts';
import type { CliContext } from '../context.ts';
import { EXIT, type ExitCode, exitCodeOfCode } from '../exit.ts';
import { interruptible } from '../interruption.ts';
import { type NamedGatewayOption, withNamedGateway } from '../named-gateway.ts';

export interface RollbackOption extends NamedGatewayOption {
  /** Do not ask. */
  readonly yes?: boolean;
}

const UNASKED = 'Nothing was changed, for nobody can be asked here. Give --yes to go back all the same.';

/** @throws GatewrightError GW_NO_EARLIER_GENERATION, GW_AGENT_BUSY, GW_CLAIM_*, and what keeps the agent away */
export function rollback(context: CliContext, option: RollbackOption): Promise<ExitCode> {
  const { terminal } = context;
  return withNamedGateway(context, option, async (agent, gateway) => {
    const plan = await agent.wayBack();
    const question = `Take ${gateway} back to generation ${plan.generation.to}?`;
    if (option.yes !== true && !terminal.interactive) return unchanged(context, [...renderPlan(plan), '', UNASKED]);
    if (option.yes !== true) terminal.notice(...renderPlan(plan));
    if (option.yes !== true && !(await terminal.confirm(question))) return unchanged(context, ['Nothing was changed.']);
    let code: Code | undefined;
    const hear = (event: AgentEvent) => {
      if (event.type === 'step-failed' && event.code !== 'GW_CANCELLED') code = event.code;
      tell(event, terminal);
    };
    const result = await interruptible(terminal, signal => agent.rollback(hear, signal));
    const ok = result.outcome === 'rolled-back';
    terminal.result(
      { version: 1, command: 'rollback', ok, results: [{ gateway, ...result, ...(ok || !code ? {} : { code }) }] },
      [`${gateway}: ${outcomeText(result)}`],
    );
    if (ok) return EXIT.ok;
    return result.outcome === 'failed' ? exitCodeOfCode(code) : EXIT.findings;
  });
}

function unchanged({ terminal }: CliContext, lines: readonly string[]): ExitCode {
  terminal.result({ version: 1, command: 'rollback', ok: false, results: [] }, lines);
  if (terminal.json) terminal.notice(UNASKED);
  return EXIT.findings;
}
