// Gateways that can be found without a drawing: agents that listen on this machine, and simulated gateways with state.
import type { Host } from '../host/host.ts';
import { NAME_PATTERN } from '../model/address.ts';
import type { GatewaySpec } from '../model/gateway.ts';

const SOCKETS = '/run/gatewright';

/** @param stateDirectory  folder with one folder per simulated gateway */
export async function knownGateways(host: Host, stateDirectory: string): Promise<readonly GatewaySpec[]> {
  const sockets = (await host.list(SOCKETS))
    .filter(file => file.endsWith('.sock'))
    .map(file => file.slice(0, -'.sock'.length));
  const folders = (await host.list(stateDirectory)).filter(name => name !== 'audit');
  const named = (names: readonly string[]) => names.filter(name => NAME_PATTERN.test(name));
  return [
    ...named(sockets).map(name => ({ name, backend: 'linux' as const, agentSocket: `${SOCKETS}/${name}.sock` })),
    ...named(folders).map(name => ({ name, backend: 'simulated' as const })),
  ];
}
