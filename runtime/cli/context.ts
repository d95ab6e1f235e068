// What every command works with: the terminal, and a way to the agent of each gateway in a drawing.
import type { Name } from '../model/address.ts';
import type { Agent } from '../model/agent.ts';
import { type Design, designFor, type GatewayDesign } from '../model/design.ts';
import { type Diagnostic, hasErrors } from '../model/diagnostic.ts';
import type { DriverFacts } from '../model/driver.ts';
import type { GatewaySpec } from '../model/gateway.ts';
import type { ExceptionStore } from '../platform/exception-store.ts';
import { UsageError } from './exit.ts';
import { meetAgent } from './meet-agent.ts';
import type { Terminal } from './terminal.ts';

export interface CliContext {
  readonly terminal: Terminal;
  readonly connect: (gateway: GatewaySpec) => Promise<Agent>;
  /** What the drivers of a gateway's back end can do; see platform/backend-facts.ts. */
  readonly factsOf: (gateway: GatewaySpec) => Promise<readonly DriverFacts[]>;
  /** What people let stand, of the gateways of this machine. */
  readonly exceptions: ExceptionStore;
  /** Gateways this machine knows without a drawing: agents that listen here, and simulated ones with state. */
  readonly known: () => Promise<readonly GatewaySpec[]>;
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
function chooseGateways(design: Design, option: GatewayOption): readonly Name[] {
  const names = Object.keys(design.gateways).sort();
  if (option.gateway === undefined) return names;
  if (names.includes(option.gateway)) return [option.gateway];
  throw new UsageError(`the drawing has no gateway ${option.gateway}; it has ${names.join(', ') || 'none at all'}`);
}

/** Connects to every chosen gateway, runs the work, and closes the connections whatever happens. */
export async function withTargets<T>(
  context: CliContext,
  designs: readonly GatewayDesign[],
  work: (targets: readonly Target[]) => Promise<T>,
): Promise<T> {
  const targets: Target[] = [];
  try {
    for (const design of designs)
      targets.push({ design, agent: await meetAgent(design.gateway, context.connect, context.terminal) });
    return await work(targets);
  } finally {
    for (const target of targets) await target.agent.close();
  }
}

/**
 * The chosen gateways' parts of a drawing; none when the drawing has errors.
 * @throws UsageError when a sound drawing does not have the chosen gateway
 */
export function chosenDesigns(
  design: Design,
  diagnostics: readonly Diagnostic[],
  option: GatewayOption,
): readonly GatewayDesign[] {
  if (hasErrors(diagnostics)) return [];
  return chooseGateways(design, option).flatMap(name => designFor(design, name) ?? []);
}
