// The agent that has something which somebody named: there may be two gateways of a name.
import type { Address } from '../model/address.ts';
import type { Agent } from '../model/agent.ts';
import type { CliContext } from './context.ts';
import { UsageError } from './exit.ts';
import { about, meetAgent } from './meet-agent.ts';
import { type NamedGatewayOption, specsOf } from './named-gateway.ts';

export interface Sought {
  readonly address: Address;
  readonly gateway: string;
  /** What is said when nobody has it. */
  readonly absent: string;
}

/**
 * Finds the gateway that has a resource, runs the work, and closes the connection whatever happens.
 * @param work  told the spec as it is observed
 * @throws UsageError when nobody has it; whatever meeting an agent throws, when no other gateway of the name has it
 */
export async function withHolder<T>(
  context: CliContext,
  { address, gateway, absent }: Sought,
  option: NamedGatewayOption,
  work: (agent: Agent, spec: object) => Promise<T>,
): Promise<T> {
  let away: unknown;
  for (const spec of await specsOf(context, gateway, option)) {
    let agent: Agent;
    try {
      agent = await meetAgent(spec, context.connect, context.terminal);
    } catch (error) {
      away ??= error;
      continue;
    }
    try {
      const { resources } = await about(gateway, () => agent.observe());
      const found = resources[address]?.spec;
      // Of what was begun and not made, nothing is told.
      if (found !== undefined && Object.keys(found).length > 0) return await work(agent, found);
    } finally {
      await agent.close();
    }
  }
  throw away ?? new UsageError(absent);
}
