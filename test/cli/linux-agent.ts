// The agent of a linux gateway with simulated drivers, in the process of the test: no command can tell, and the test
// holds and breaks its steps.
import { join } from 'node:path';
import { type StartedAgent, startAgent } from '../../runtime/agent/start.ts';
import { createMemory } from '../../runtime/drivers/memory/driver.ts';
import type { FactChanges } from '../../runtime/drivers/memory/facts.ts';
import type { Seam } from '../../runtime/drivers/memory/handle.ts';
import { localHost } from '../../runtime/host/local.ts';
import type { Backend } from '../../runtime/model/gateway.ts';
import type { Home } from './command.ts';

export interface LinuxAgent extends StartedAgent {
  readonly socketPath: string;
}

/** Listens on `<gateway>.sock` in the home folder. @param facts  of its drivers, where they differ */
export async function serveLinuxAgent(
  home: Pick<Home, 'folder'>,
  gateway: string,
  seam: Seam = () => {},
  backend: Backend = 'linux',
  facts: FactChanges = {},
): Promise<LinuxAgent> {
  const socketPath = join(home.folder, `${gateway}.sock`);
  const started = await startAgent({
    gateway,
    backend,
    driverSets: [{ ...createMemory({ seam, facts }), backend }],
    host: localHost,
    stateDirectory: join(home.folder, `state-of-${gateway}`),
    version: '0.0.0',
    socketPath,
  });
  return { socketPath, close: () => started.close() };
}
