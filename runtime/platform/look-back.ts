// What an agent told while nobody listened: drift and gates are told by events, so they are asked for when it is met.
import type { Agent } from '../model/agent.ts';
import { isGatewrightError } from '../model/errors.ts';
import type { Work } from './work.ts';

export async function lookBack(agent: Agent): Promise<Pick<Work, 'drift' | 'gates'>> {
  return { drift: (await agent.drift())?.steps ?? [], gates: await gatesOf(agent) };
}

async function gatesOf(agent: Agent): Promise<Work['gates']> {
  try {
    return (await agent.attestation.status()).gates;
  } catch (error) {
    // Where nobody attests, or an older agent cannot be asked, none are told of.
    if (isGatewrightError(error)) return [];
    throw error;
  }
}
