// Applies one plan per gateway, one gateway after the other, and reports progress. Stops at the first that fails.
import type { ApplyResult } from '../model/agent.ts';
import type { Code } from '../model/codes.ts';
import type { Diagnostic } from '../model/diagnostic.ts';
import { isGatewrightError } from '../model/errors.ts';
import type { AgentEvent } from '../model/events.ts';
import type { Plan } from '../model/plan.ts';
import { factsByKind } from '../plan/facts.ts';
import { findLacks } from '../plan/lacks.ts';
import type { CliContext, Target } from './context.ts';
import { leftStanding, type Standing } from './left-standing.ts';
import { about } from './meet-agent.ts';
import type { Terminal } from './terminal.ts';

export interface GatewayOutcome {
  readonly gateway: string;
  readonly outcome: ApplyResult['outcome'] | 'unchanged';
  /** The generation that is complete now. */
  readonly generation: number;
  readonly message: string;
  /** What failed, when something did. */
  readonly code?: Code;
}

export interface Planned extends Standing {
  readonly plan: Plan;
  /** The drawing, of which `design` leaves what may stand as it is. */
  readonly drawn: Target['design'];
  /** What the back end does less well than it is drawn; what it cannot do is refused. */
  readonly warnings: readonly Diagnostic[];
}

/** Asks every agent for its plan. @throws GatewrightError with the gateway's name */
export async function planAll(
  targets: readonly Target[],
  { terminal, exceptions }: Pick<CliContext, 'terminal' | 'exceptions'>,
): Promise<readonly Planned[]> {
  const planned: Planned[] = [];
  for (const target of targets) {
    const { name } = target.design.gateway;
    terminal.progress(`${name}: looking at what is there`);
    const left = await about(name, () => leftStanding(target, exceptions));
    const plan = await about(name, () => left.agent.plan(left.design));
    planned.push({ ...left, drawn: target.design, plan, warnings: await about(name, () => warningsOf(target)) });
  }
  return planned;
}

async function warningsOf({ agent, design }: Target): Promise<readonly Diagnostic[]> {
  const { facts } = await agent.info();
  return findLacks(design, factsByKind(facts)).filter(({ severity }) => severity !== 'error');
}

/**
 * @param onFailure  what an agent does when a step fails
 * @param signal     aborting it cancels at the next safe point
 * @returns what became of each gateway, up to the first that did not come to a good end
 * @throws GatewrightError when the first gateway with work refuses; later refusals are outcomes, so that nothing that
 *   was done before goes untold
 */
export async function applyAll(
  planned: readonly Planned[],
  terminal: Terminal,
  onFailure: 'stop' | 'rollback',
  signal: AbortSignal,
): Promise<readonly GatewayOutcome[]> {
  const outcomes: GatewayOutcome[] = [];
  for (const one of planned) {
    const worked = outcomes.some(({ outcome }) => outcome !== 'unchanged');
    const outcome = await applyOne(one, terminal, onFailure, signal).catch(error => {
      if (!worked) throw error;
      return refused(one.plan, error);
    });
    outcomes.push(outcome);
    if (!succeeded(outcome)) break;
  }
  return outcomes;
}

/** Whether a gateway is as drawn. */
export function succeeded({ outcome }: GatewayOutcome): boolean {
  return outcome === 'applied' || outcome === 'unchanged';
}

/** What came of work on a gateway, in sentences. */
export function outcomeText({ outcome, message }: Pick<GatewayOutcome, 'outcome' | 'message'>): string {
  return `${outcome}. ${message.charAt(0).toUpperCase()}${message.slice(1)}.`;
}

async function applyOne(
  { agent, design, plan }: Planned,
  terminal: Terminal,
  onFailure: 'stop' | 'rollback',
  signal: AbortSignal,
): Promise<GatewayOutcome> {
  const { gateway } = plan;
  if (plan.steps.length === 0) return standing(plan, 'unchanged', 'nothing to do, everything runs as drawn');
  if (signal.aborted) return standing(plan, 'cancelled', 'not begun; plan again to see what is left to do');
  let code: Code | undefined;
  const hear = (event: AgentEvent) => {
    if (event.type === 'step-failed' && event.code !== 'GW_CANCELLED') code = event.code;
    tell(event, terminal);
  };
  const result = await about(gateway, () => agent.apply({ design, planHash: plan.hash, onFailure }, hear, signal));
  return { gateway, ...result, ...(code === undefined || result.outcome === 'applied' ? {} : { code }) };
}

function standing({ gateway, generation }: Plan, outcome: GatewayOutcome['outcome'], message: string): GatewayOutcome {
  return { gateway, outcome, generation: generation.from, message };
}

function refused(plan: Plan, error: unknown): GatewayOutcome {
  if (!isGatewrightError(error)) throw error;
  return { ...standing(plan, 'failed', error.message), code: error.code };
}

/** Reports what an agent says of its work. */
export function tell(event: AgentEvent, terminal: Terminal): void {
  // What was told to stop has not failed.
  if (event.type === 'step-failed' && event.code === 'GW_CANCELLED') return;
  if (event.type === 'step-started') terminal.progress(`${event.gateway}: ${event.step}`);
  if (event.type === 'step-progress')
    terminal.progress(`${event.gateway}: ${event.step}: ${event.what}, ${Math.round(event.fraction * 100)} %`);
  if (event.type === 'step-done')
    terminal.progress(`${event.gateway}: ${event.done} of ${event.steps} done, last ${event.step}`);
  if (event.type === 'step-failed')
    terminal.notice(`${event.gateway}: ${event.step} failed: ${event.message} [${event.code}]`);
}
