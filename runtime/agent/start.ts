// Starts an agent with its socket, as `gatewright agent` runs it, and stops it cleanly.
import { type Host, runChecked } from '../host/host.ts';
import { GatewrightError } from '../model/errors.ts';
import { createAgent } from './agent.ts';
import type { AgentOptions } from './options.ts';
import { type Served, serveAgent } from './server.ts';

export interface StartOptions extends AgentOptions {
  readonly socketPath: string;
  /** Name or numeric id of the group that may use the socket. */
  readonly group?: string;
}

export interface StartedAgent {
  /** Ends at the boundary of a step; what is unfinished resumes at the next start. */
  close(): Promise<void>;
}

/**
 * Starts the agent and listens.
 * @throws GatewrightError whatever {@link createAgent} and {@link serveAgent} throw, GW_HOST_* for an unknown group
 */
export async function startAgent(options: StartOptions): Promise<StartedAgent> {
  const groupId = options.group === undefined ? undefined : await groupIdOf(options.group, options.host);
  const agent = await createAgent(options);
  let served: Served;
  try {
    served = await serveAgent({ agent, socketPath: options.socketPath, groupId });
  } catch (error) {
    await agent.close();
    throw error;
  }
  return {
    async close() {
      served.stop();
      await agent.close();
      await served.close();
    },
  };
}

/**
 * Runs an agent until it is told to stop (SIGTERM or SIGINT).
 * @param ready  called once it listens
 */
export async function runAgent(options: StartOptions, ready: () => void = () => {}): Promise<void> {
  const agent = await startAgent(options);
  const stop = new Promise<void>(resolve => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => resolve());
  });
  ready();
  await stop;
  await agent.close();
}

/** Looks a group up where the host keeps its groups [getent(1)]. */
async function groupIdOf(group: string, host: Host): Promise<number> {
  if (!/^[\w][\w.-]{0,31}$/.test(group))
    throw new GatewrightError('GW_AGENT_REQUEST', `${JSON.stringify(group)} is not the name of a group`);
  const id = /^\d+$/.test(group) ? group : (await runChecked(host, ['getent', 'group', group])).split(':')[2];
  if (id !== undefined && /^\d{1,10}$/.test(id)) return Number(id);
  throw new GatewrightError('GW_HOST_UNEXPECTED', `getent says nothing useful of group ${group}; name another one`);
}
