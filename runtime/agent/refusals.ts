// Why an agent takes no work now, in words.
import { GatewrightError } from '../model/errors.ts';
import type { AgentOptions } from './options.ts';

export function busy(gateway: string, work: 'applying' | 'recovering'): GatewrightError {
  return new GatewrightError('GW_AGENT_BUSY', `${gateway} is ${work}; wait until it has ended or cancel it`);
}

/** Of an agent in a process that soon ends. */
export function dormant({ gateway, backend }: Pick<AgentOptions, 'gateway' | 'backend'>): GatewrightError {
  const how = `start it with npm start, or with gatewright agent --backend ${backend} --gateway ${gateway}`;
  const message = `what runs on ${gateway} lives in the process that starts it; ${how}, then try again`;
  return new GatewrightError('GW_AGENT_AWAY', message);
}

export function stopped(gateway: string): GatewrightError {
  return new GatewrightError('GW_AGENT_STOPPING', `the agent of ${gateway} has stopped; start it again`);
}
