// Which box an agent works on, and where the other agents of it are found: their state folders lie side by side.
import { dirname } from 'node:path';
import type { Backend } from '../../model/gateway.ts';
import type { AgentOptions } from '../options.ts';

/**
 * What the agent of a back end shares with others.
 * @param stateDirectory  its own folder
 */
export function sharedBoxOf(backend: Backend, stateDirectory: string): Pick<AgentOptions, 'sharedBox'> {
  if (backend === 'simulated') return {};
  return { sharedBox: { neighbours: dirname(stateDirectory), cards: backend === 'linux' } };
}
