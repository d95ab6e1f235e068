// A gateway whose lines, firewalls and cards are in the hands of a test: an agent of its own with simulated drivers, reached over its socket as that of
// a Linux gateway is.
import { join } from 'node:path';
import { type StartedAgent, startAgent } from '../../runtime/agent/start.ts';
import { createMemory } from '../../runtime/drivers/memory/driver.ts';
import type { AnyDriver, DriverSet } from '../../runtime/host/driver-set.ts';
import { localHost } from '../../runtime/host/local.ts';
import type { Address } from '../../runtime/model/address.ts';
import type { Handle } from '../../runtime/model/driver.ts';
import type { FakeLines } from '../server/fake-lines.ts';

export interface WatchedGateway {
  readonly socketPath: string;
  /** The agent goes away. */
  stop(): Promise<void>;
}

/** @param folder  empty; for the state of the agent and its socket */
export async function watchedGateway(name: string, lines: FakeLines, folder: string): Promise<WatchedGateway> {
  const socketPath = join(folder, 'agent.sock');
  const agent: StartedAgent = await startAgent({
    ...{ gateway: name, backend: 'linux', driverSets: [driversWith(name, lines)], host: localHost, version: '0.0.0' },
    ...{ stateDirectory: join(folder, 'state'), socketPath },
  });
  return { socketPath, stop: () => agent.close() };
}

function driversWith(gateway: string, lines: FakeLines): DriverSet {
  const drivers = createMemory().drivers.map(driver =>
    ['line', 'policy', 'port'].includes(driver.kind) ? withEars(driver, gateway, lines) : driver,
  );
  return { backend: 'linux', drivers };
}

function withEars(driver: AnyDriver, gateway: string, lines: FakeLines): AnyDriver {
  const ofPolicies: Pick<Handle, 'conversations'> = {
    async conversations(policy, order, heard, ended) {
      const hold = await lines.conversations(policy, order, heard);
      void hold.ended.then(ended);
      return hold.close;
    },
  };
  const ofPorts: Pick<Handle, 'tapPort' | 'portFigures'> = {
    portFigures: () => lines.counted,
    async tapPort(port, order, heard, ended) {
      const hold = await lines.tapPort(port, order, heard);
      void hold.ended.then(ended);
      return hold.close;
    },
  };
  const ofLines: Pick<Handle<'line'>, 'tap' | 'traffic'> = {
    async tap(line: Address<'line'>, heard, ended) {
      const tap = await lines.tap(line, heard);
      void tap.ended.then(ended);
      return tap.close;
    },
    traffic(heard, ended) {
      const tap = lines.watch(gateway, heard);
      void tap.ended.then(ended);
      return tap.close;
    },
  };
  return {
    ...driver,
    async connect(world) {
      const connected = await driver.connect(world);
      const ears = { line: ofLines, policy: ofPolicies, port: ofPorts }[driver.kind as 'line' | 'policy' | 'port'];
      return { ...connected, handle: { ...connected.handle, ...ears } };
    },
  } as AnyDriver;
}
