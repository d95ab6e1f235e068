// The simulated back end: every kind, kept in files of the agent's state folder. Touches nothing real and says so.
import type { AnyDriver, DriverSet } from '../../host/driver-set.ts';
import type { Host } from '../../host/host.ts';
import { openStore, type Store } from '../../host/resource-files.ts';
import { KINDS, type Kind } from '../../model/address.ts';
import type { Driver, Handle } from '../../model/driver.ts';
import { type FactChanges, factsOf } from './facts.ts';
import { type SimulatedTrust, withGates } from './gates.ts';
import { openHandle, type Seam } from './handle.ts';
import { openVmLines } from './vm-lines.ts';
import { withWaiting } from './waiting.ts';

export interface MemoryOptions {
  /** Called at each seam of each operation; tests delay, throw or kill there. */
  readonly seam?: Seam;
  /** Facts that differ from the usual ones, so that tests meet replacements and lacks. */
  readonly facts?: FactChanges;
  /** Gates that count as trusted; none without it. */
  readonly trust?: SimulatedTrust;
}

/** Makes a simulated back end. Two over one state folder share what is in it, as two agents of one box would. */
export function createMemory(options: MemoryOptions = {}): DriverSet {
  return { backend: 'simulated', drivers: KINDS.map(kind => driverOf(kind, options) as AnyDriver) };
}

export const memory: DriverSet = createMemory();

function driverOf<K extends Kind>(kind: K, { seam, facts, trust }: MemoryOptions): Driver<K, Host> {
  return {
    kind,
    name: 'memory',
    async connect({ host, gateway, stateDirectory }) {
      const store = openStore(host, `${stateDirectory}/simulated/${gateway.name}`, kind);
      const handle = await withMore(openHandle(store, seam), store, trust);
      return { facts: factsOf(kind, facts), handle: withWaiting(kind, handle) };
    },
  };
}

/** What some kinds offer besides their resources. */
async function withMore<K extends Kind>(
  handle: Handle<K>,
  store: Store<K>,
  trust: SimulatedTrust | undefined,
): Promise<Handle<K>> {
  if (isOf(store, 'vm')) return { ...handle, ...(openVmLines(store) as Partial<Handle<K>>) };
  if (isOf(store, 'gate'))
    return (await withGates(handle as unknown as Handle<'gate'>, store, trust)) as unknown as Handle<K>;
  return handle;
}

function isOf<K extends Kind>(store: Store<Kind>, kind: K): store is Store<K> {
  return store.kind === kind;
}
