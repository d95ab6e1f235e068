// The way to the agent of a gateway: connected, done with what an earlier stop left unfinished, and named in what it says.
import { setTimeout } from 'node:timers/promises';
import type { Agent } from '../model/agent.ts';
import { GatewrightError, isGatewrightError } from '../model/errors.ts';
import type { GatewaySpec } from '../model/gateway.ts';
import type { Terminal } from './terminal.ts';

/** Between two looks at an agent that recovers or belongs to another command. */
const LOOK_AGAIN_MS = 100;
/** How long another command is waited for: a look at a gateway takes less. */
const WAIT_FOR_OTHERS_MS = 3_000;

/**
 * Connects, waits a moment for another command to end, and waits while the agent completes or undoes work that a stop interrupted: it can say nothing before.
 * @throws GatewrightError whatever connecting throws, with the gateway's name
 */
export function meetAgent(
  spec: GatewaySpec,
  connect: (spec: GatewaySpec) => Promise<Agent>,
  terminal: Terminal,
): Promise<Agent> {
  return about(spec.name, async () => {
    terminal.progress(`${spec.name}: connecting`);
    const agent = await whenFree(() => connect(spec), spec.name, terminal);
    try {
      await recovered(spec.name, agent, terminal);
      return agent;
    } catch (error) {
      await agent.close();
      throw error;
    }
  });
}

/** @throws GatewrightError GW_AGENT_LOCKED when another process keeps the gateway for long */
async function whenFree(connect: () => Promise<Agent>, gateway: string, terminal: Terminal): Promise<Agent> {
  const until = Date.now() + WAIT_FOR_OTHERS_MS;
  for (;;) {
    try {
      return await connect();
    } catch (error) {
      if (!isGatewrightError(error) || error.code !== 'GW_AGENT_LOCKED' || Date.now() > until) throw error;
      terminal.progress(`${gateway}: waiting for another command`);
      await setTimeout(LOOK_AGAIN_MS);
    }
  }
}

async function recovered(gateway: string, agent: Agent, terminal: Terminal): Promise<void> {
  while ((await agent.info()).busy === 'recovering') {
    terminal.progress(`${gateway}: ending what a stop interrupted`);
    await setTimeout(LOOK_AGAIN_MS);
  }
}

/** Runs work whose errors then say which gateway they are about. */
export async function about<T>(gateway: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!isGatewrightError(error) || error.message.startsWith(gateway)) throw error;
    throw new GatewrightError(error.code, `${gateway}: ${error.message}`, { address: error.address, cause: error });
  }
}
