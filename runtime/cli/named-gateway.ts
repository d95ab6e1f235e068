// A gateway that somebody named on the command line, and its agent.
import type { Agent } from '../model/agent.ts';
import type { GatewaySpec } from '../model/gateway.ts';
import type { CliContext, GatewayOption } from './context.ts';
import { UsageError } from './exit.ts';
import { about, meetAgent } from './meet-agent.ts';

export interface NamedGatewayOption extends GatewayOption {
  /** Of an agent that listens elsewhere than usual. */
  readonly socket?: string;
}

/**
 * Runs work with the agent of a gateway that is named, or of the only one that is known here.
 * @throws UsageError when it is not known which; whatever meeting the agent throws
 */
export async function withNamedGateway<T>(
  context: CliContext,
  option: NamedGatewayOption,
  work: (agent: Agent, gateway: string) => Promise<T>,
): Promise<T> {
  const gateway = option.gateway ?? (await onlyGateway(context));
  // One that is only simulated comes last.
  const [spec] = await specsOf(context, gateway, option);
  if (spec === undefined) throw new UsageError(`no gateway ${gateway} is known here`);
  const agent = await meetAgent(spec, context.connect, context.terminal);
  try {
    return await about(gateway, () => work(agent, gateway));
  } finally {
    await agent.close();
  }
}

/** @throws UsageError when none is known, or several are */
export async function onlyGateway(context: CliContext): Promise<string> {
  const names = [...new Set((await context.known()).map(({ name }) => name))];
  if (names.length === 1 && names[0] !== undefined) return names[0];
  throw new UsageError(
    names.length === 0
      ? 'no gateway is known here; name one with --gateway and --socket'
      : `which gateway is meant: ${names.join(', ')}; name it with --gateway`,
  );
}

/**
 * Where the agents of a gateway are. A gateway that is drawn anew with another back end leaves its old one where it is: there may be two of a name.
 * @throws UsageError when none is known
 */
export async function specsOf(
  context: CliContext,
  gateway: string,
  { socket }: NamedGatewayOption,
): Promise<readonly GatewaySpec[]> {
  if (socket !== undefined) return [{ name: gateway, backend: 'linux', agentSocket: socket }];
  const known = await context.known();
  const specs = known.filter(({ name }) => name === gateway).sort((a, b) => rankOf(a) - rankOf(b));
  if (specs.length > 0) return specs;
  const names = [...new Set(known.map(({ name }) => name))].join(', ');
  throw new UsageError(`no gateway ${gateway} is known here; known is ${names || 'none at all'}`);
}

function rankOf({ backend }: GatewaySpec): number {
  return backend === 'simulated' ? 1 : 0;
}
