// Gateways that can be found without a drawing: agents that listen on this machine, and simulated gateways with state.
import { JOURNAL_FILE } from '../agent/journal.ts';
import type { Host } from '../host/host.ts';
import { NAME_PATTERN } from '../model/address.ts';
import type { GatewaySpec } from '../model/gateway.ts';
import { SOCKET_FILE } from '../platform/connect-agent.ts';

const SOCKETS = '/run/gatewright';
/** What the folder of a gateway holds; beside such folders others may lie, as that of the audit. */
const SIGNS: readonly string[] = [JOURNAL_FILE, SOCKET_FILE];

/** @param stateDirectory  folder with one folder per simulated gateway */
export async function knownGateways(host: Host, stateDirectory: string): Promise<readonly GatewaySpec[]> {
  const sockets = (await host.list(SOCKETS))
    .filter(file => file.endsWith('.sock'))
    .map(file => file.slice(0, -'.sock'.length));
  const named = (names: readonly string[]) => names.filter(name => NAME_PATTERN.test(name));
  const simulated: GatewaySpec[] = [];
  for (const name of named(await host.list(stateDirectory))) {
    const files = await host.list(`${stateDirectory}/${name}`);
    if (files.some(file => SIGNS.includes(file))) simulated.push({ name, backend: 'simulated' });
  }
  return [
    ...named(sockets).map(name => ({ name, backend: 'linux' as const, agentSocket: `${SOCKETS}/${name}.sock` })),
    ...simulated,
  ];
}
