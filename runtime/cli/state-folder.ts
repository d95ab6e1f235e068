// Where the agent of a gateway on this machine keeps its state, as the agent itself chooses it.
import { join, resolve } from 'node:path';
import { NAME_PATTERN } from '../model/address.ts';
import { Backend } from '../model/gateway.ts';
import { listed } from '../model/plain-text.ts';
import { folderName } from '../platform/connect-agent.ts';
import { UsageError } from './exit.ts';

/** Options that say which agent is meant. */
export interface StateOption {
  readonly gateway?: string;
  readonly backend: string;
  /** The folder itself. */
  readonly state?: string;
}

/**
 * @param home  folder with one folder per gateway that runs beside the editor
 * @throws UsageError when neither a folder nor a gateway is named, or one that cannot be
 */
export function stateFolder({ gateway, backend, state }: StateOption, home: string): string {
  if (state !== undefined) return resolve(state);
  if (gateway === undefined)
    throw new UsageError('no gateway is named; name it with --gateway, or its folder with --state');
  return usualStateFolder(checkedGateway(gateway), checkedBackend(backend), home);
}

/** The folder of an agent that was not given another one. */
export function usualStateFolder(gateway: string, backend: Backend, home: string): string {
  return backend === 'linux'
    ? join('/var/lib/gatewright', gateway)
    : join(home, folderName({ name: gateway, backend }));
}

/** @throws UsageError */
export function checkedGateway(gateway: string): string {
  if (NAME_PATTERN.test(gateway)) return gateway;
  const rule = 'use 1 to 32 lower-case letters, digits and inner hyphens';
  throw new UsageError(`${gateway} is not the name of a gateway; ${rule}`);
}

function checkedBackend(name: string): Backend {
  const backend = Backend.options.find(known => known === name);
  if (backend !== undefined) return backend;
  throw new UsageError(`there is no back end ${name}; choose ${listed([...Backend.options].sort(), 'or')}`);
}
