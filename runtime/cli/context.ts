// What every command works with: the terminal, and a way to the agent of each gateway in a drawing.
import type { Name } from '../model/address.ts';
import type { Agent } from '../model/agent.ts';
import { type Design, designFor, type GatewayDesign } from '../model/design.ts';
import { type Diagnostic, hasErrors } from '../model/diagnostic.ts';
import type { GatewaySpec } from '../model/gateway.ts';
import { UsageError } from './exit.ts';
import type { Terminal } from './terminal.ts';

export interface CliContext {
  readonly terminal: Terminal;
  readonly connect: (gateway: GatewaySpec) => Promise<Agent>;
  /** Gateways this machine knows without a drawing: agents that listen here, and simulated ones with state. */
  readonly known: () => Promise<readonly GatewaySpec[]>;
  /** Aborted by the first Ctrl-C; the agent then stops at the next safe point. */
  readonly interrupted: AbortSignal;
}

/** Options that most commands share. */
export interface GatewayOption {
  readonly gateway?: string;
}

/** One gateway's part of a drawing, with its agent. */
export interface Target {
  readonly design: GatewayDesign;
  readonly agent: Agent;
}

/** @throws UsageError when `--gateway` names none of the drawing */
export function chooseGateways(design: Design, option: GatewayOption): readonly Name[] {
  const names = Object.keys(design.gateways).sort();
  if (option.gateway === undefined) return names;
  if (names.includes(option.gateway)) return [option.gateway];
  throw new UsageError(`the drawing has no gateway ${option.gateway}; it has ${names.join(', ') || 'none'}`);
}

/** Connects to every chosen gateway, runs the work, and closes the connections whatever happens. */
export async function withTargets<T>(
  context: CliContext,
  designs: readonly GatewayDesign[],
  work: (targets: readonly Target[]) => Promise<T>,
): Promise<T> {
  const targets: Target[] = [];
  try {
    for (const design of designs) targets.push({ design, agent: await context.connect(design.gateway) });
    return await work(targets);
  } finally {
    for (const target of targets) await target.agent.close();
  }
}

/** The chosen gateways' parts of a drawing; none when the drawing has errors. */
export function chosenDesigns(
  design: Design,
  diagnostics: readonly Diagnostic[],
  option: GatewayOption,
): readonly GatewayDesign[] {
  const names = chooseGateways(design, option);
  if (hasErrors(diagnostics)) return [];
  return names.flatMap(name => designFor(design, name) ?? []);
}
