// A line that somebody named on the command line, and the agent that has it.
import { type Address, formatAddress, NAME_PATTERN, parseAddress } from '../model/address.ts';
import type { Agent } from '../model/agent.ts';
import type { LineSpec } from '../model/kinds/line.ts';
import type { CliContext } from './context.ts';
import { UsageError } from './exit.ts';
import { withHolder } from './holder.ts';
import type { NamedGatewayOption } from './named-gateway.ts';

export type NamedLineOption = NamedGatewayOption;

export interface NamedLine {
  readonly agent: Agent;
  readonly address: Address<'line'>;
  readonly gateway: string;
  readonly protocol: string;
  /** VMs on it. */
  readonly vms: readonly Address<'vm'>[];
}

/**
 * Finds the line among the gateways of this machine, runs the work, and closes the connection whatever happens.
 * @param text  `line.GATEWAY/NAME`, or the name alone where one gateway is known or chosen
 * @throws UsageError when there is no such line; whatever meeting an agent throws, when no other gateway of the name has it
 */
export async function withNamedLine<T>(
  context: CliContext,
  text: string,
  option: NamedLineOption,
  work: (line: NamedLine) => Promise<T>,
): Promise<T> {
  const { gateway, name } = await placeOf(context, text, option);
  const address = formatAddress('line', gateway, name);
  const absent = `${gateway} has no line ${name}; gatewright observe names what it has`;
  return withHolder(context, { address, gateway, absent }, option, (agent, found) => {
    const { protocol = '', ports = [] } = found as Partial<LineSpec>;
    return work({ agent, address, gateway, protocol, vms: ports.map(({ vm }) => vm) });
  });
}

async function placeOf(
  context: CliContext,
  text: string,
  option: NamedLineOption,
): Promise<{ readonly gateway: string; readonly name: string }> {
  const parts = parseAddress(text);
  if (parts?.kind === 'line') {
    if (option.gateway === undefined || option.gateway === parts.gateway) return parts;
    throw new UsageError(`${text} is not on ${option.gateway}; name one of the two`);
  }
  if (!NAME_PATTERN.test(text)) throw new UsageError(`${text} is no line; name it as line.GATEWAY/NAME`);
  if (option.gateway !== undefined) return { gateway: option.gateway, name: text };
  const names = [...new Set((await context.known()).map(spec => spec.name))];
  if (names.length === 1) return { gateway: names[0] ?? '', name: text };
  throw new UsageError(
    `${text} may be on ${names.join(', ') || 'a gateway that is not known here'}; name it with --gateway`,
  );
}
