// The simulated back end: every kind, kept in files of the agent's state folder. Touches nothing real and says so.
import type { AnyDriver, DriverSet } from '../../host/driver-set.ts';
import type { Host } from '../../host/host.ts';
import { openStore, type Store } from '../../host/resource-files.ts';
import { KINDS, type Kind } from '../../model/address.ts';
import type { Driver, Handle } from '../../model/driver.ts';
import { type FactChanges, factsOf } from './facts.ts';
import { openHandle, type Seam } from './handle.ts';
import { openVmLines } from './vm-lines.ts';

export interface MemoryOptions {
  /** Called at each seam of each operation; tests delay, throw or kill there. */
  readonly seam?: Seam;
  /** Facts that differ from the usual ones, so that tests meet replacements and lacks. */
  readonly facts?: FactChanges;
}

/** Makes a simulated back end. Two over one state folder share what is in it, as two agents of one box would. */
export function createMemory(options: MemoryOptions = {}): DriverSet {
  return { backend: 'simulated', drivers: KINDS.map(kind => driverOf(kind, options) as AnyDriver) };
}

export const memory: DriverSet = createMemory();

function driverOf<K extends Kind>(kind: K, { seam, facts }: MemoryOptions): Driver<K, Host> {
  return {
    kind,
    name: 'memory',
    async connect({ host, gateway, stateDirectory }) {
      const store = openStore(host, `${stateDirectory}/simulated/${gateway.name}`, kind);
      const lines = isVmStore(store) ? (openVmLines(store) as Partial<Handle<K>>) : {};
      return { facts: factsOf(kind, facts), handle: { ...openHandle(store, seam), ...lines } };
    },
  };
}

function isVmStore(store: Store<Kind>): store is Store<'vm'> {
  return store.kind === 'vm';
}
