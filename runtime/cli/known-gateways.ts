// Gateways that can be found without a drawing: agents that listen on this machine, and those that run beside the editor and have state.
import { JOURNAL_FILE } from '../agent/journal.ts';
import type { Host } from '../host/host.ts';
import { NAME_PATTERN } from '../model/address.ts';
import type { GatewaySpec } from '../model/gateway.ts';
import { folderName, SOCKET_FILE } from '../platform/connect-agent.ts';

/** Back ends that run beside the editor. */
const BACKENDS_HERE = ['simulated', 'embedded'] as const;
const SOCKETS = '/run/gatewright';
/** What the folder of a gateway holds; beside such folders others may lie, as that of the audit. */
const SIGNS: readonly string[] = [JOURNAL_FILE, SOCKET_FILE];

/** @param stateDirectory  folder with one folder per gateway that runs beside the editor */
export async function knownGateways(host: Host, stateDirectory: string): Promise<readonly GatewaySpec[]> {
  const sockets = (await host.list(SOCKETS))
    .filter(file => file.endsWith('.sock'))
    .map(file => file.slice(0, -'.sock'.length));
  const named = (names: readonly string[]) => names.filter(name => NAME_PATTERN.test(name));
  const beside: GatewaySpec[] = [];
  for (const folder of await host.list(stateDirectory)) {
    const spec = BACKENDS_HERE.map(backend => ({ name: folder.split('.')[0] ?? '', backend })).find(
      known => folderName(known) === folder && NAME_PATTERN.test(known.name),
    );
    const files = spec === undefined ? [] : await host.list(`${stateDirectory}/${folder}`);
    if (spec !== undefined && files.some(file => SIGNS.includes(file))) beside.push(spec);
  }
  return [
    ...named(sockets).map(name => ({ name, backend: 'linux' as const, agentSocket: `${SOCKETS}/${name}.sock` })),
    ...beside,
  ];
}
