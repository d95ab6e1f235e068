// Applies one plan per gateway, one gateway after the other, and reports progress. Stops at the first that fails.
import type { Agent, ApplyResult } from '../model/agent.ts';
import type { GatewayDesign } from '../model/design.ts';
import type { AgentEvent } from '../model/events.ts';
import type { Plan } from '../model/plan.ts';
import type { Target } from './context.ts';
import type { Terminal } from './terminal.ts';

export interface GatewayOutcome {
  readonly gateway: string;
  readonly outcome: ApplyResult['outcome'] | 'unchanged';
  readonly generation: number;
  readonly message: string;
}

export interface Planned extends Target {
  readonly plan: Plan;
}

/** Asks every agent for its plan. */
export async function planAll(targets: readonly Target[]): Promise<readonly Planned[]> {
  const planned: Planned[] = [];
  for (const target of targets) planned.push({ ...target, plan: await target.agent.plan(target.design) });
  return planned;
}

/**
 * @param onFailure  what an agent does when a step fails
 * @param signal     aborting it cancels at the next safe point
 */
export async function applyAll(
  planned: readonly Planned[],
  terminal: Terminal,
  onFailure: 'stop' | 'rollback',
  signal: AbortSignal,
): Promise<readonly GatewayOutcome[]> {
  const outcomes: GatewayOutcome[] = [];
  for (const { agent, design, plan } of planned) {
    const outcome =
      plan.steps.length === 0 ? unchanged(plan) : await applyOne(agent, design, plan, terminal, onFailure, signal);
    outcomes.push(outcome);
    if (outcome.outcome !== 'applied' && outcome.outcome !== 'unchanged') break;
  }
  return outcomes;
}

function unchanged(plan: Plan): GatewayOutcome {
  return {
    gateway: plan.gateway,
    outcome: 'unchanged',
    generation: plan.generation.from,
    message: 'Nothing to do. Everything runs as drawn.',
  };
}

async function applyOne(
  agent: Agent,
  design: GatewayDesign,
  plan: Plan,
  terminal: Terminal,
  onFailure: 'stop' | 'rollback',
  signal: AbortSignal,
): Promise<GatewayOutcome> {
  const request = { design, planHash: plan.hash, onFailure };
  const result = await agent.apply(request, event => report(event, terminal), signal);
  return { gateway: plan.gateway, ...result };
}

function report(event: AgentEvent, terminal: Terminal): void {
  if (event.type === 'step-started') terminal.progress(`${event.gateway}: ${event.step}`);
  if (event.type === 'step-done')
    terminal.progress(`${event.gateway}: ${event.done} of ${event.steps} done, last ${event.step}`);
  if (event.type === 'step-failed')
    terminal.notice(`${event.gateway}: ${event.step} failed: ${event.message} [${event.code}]`);
}
