// The card of a VM that somebody named on the command line, and the agent that has it.
import { type Address, formatAddress, NAME_PATTERN, parseAddress } from '../model/address.ts';
import type { Agent } from '../model/agent.ts';
import type { CliContext } from './context.ts';
import { UsageError } from './exit.ts';
import { withHolder } from './holder.ts';
import { type NamedGatewayOption, onlyGateway } from './named-gateway.ts';

/** Whether a text names a card: `port.GATEWAY/VM.CARD`, or `VM.CARD`. */
export function isCard(text: string): boolean {
  return parseAddress(text)?.kind === 'port' || partsOf(text) !== undefined;
}

function partsOf(text: string): readonly string[] | undefined {
  const parts = text.split('.');
  return parts.length === 2 && parts.every(part => NAME_PATTERN.test(part)) ? parts : undefined;
}

/**
 * Finds the card among the gateways of this machine, runs the work, and closes the connection whatever happens.
 * @param text  as {@link isCard} has it; `VM.CARD` alone where one gateway is known or chosen
 * @throws UsageError when there is no such card; whatever meeting an agent throws
 */
export async function withNamedCard<T>(
  context: CliContext,
  text: string,
  option: NamedGatewayOption,
  work: (agent: Agent, card: Address<'port'>) => Promise<T>,
): Promise<T> {
  const parts = parseAddress(text);
  const gateway = parts?.gateway ?? option.gateway ?? (await onlyGateway(context));
  if (option.gateway !== undefined && option.gateway !== gateway)
    throw new UsageError(`${text} is not on ${option.gateway}; name one of the two`);
  const name = parts?.name ?? text;
  const address = formatAddress('port', gateway, name);
  const absent = `${gateway} has no card ${name}; gatewright observe names what it has`;
  return withHolder(context, { address, gateway, absent }, option, agent => work(agent, address));
}
