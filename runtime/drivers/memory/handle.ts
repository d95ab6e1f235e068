// The operations on simulated resources. A resource is made in two writes, as a real one is made in many: a kill or a
// cancel in between leaves a half-made thing to find.
import { refuseAborted } from '../../host/abort.ts';
import type { Store, Stored } from '../../host/resource-files.ts';
import { Watches } from '../../host/watches.ts';
import type { Address, Kind } from '../../model/address.ts';
import type { Handle, StepContext } from '../../model/driver.ts';
import type { ObservedResource } from '../../model/observed.ts';
import type { Resource } from '../../model/resource.ts';

export interface SeamPoint {
  readonly operation: 'observe' | 'create' | 'update' | 'remove';
  /** `start`: nothing was done yet. `middle`: the first write is done, the last is not. */
  readonly at: 'start' | 'middle';
  readonly kind: Kind;
  /** Absent when observing. */
  readonly address?: Address;
  readonly signal?: AbortSignal;
}
/** Where a test can put a delay, a failure or a kill. */
export type Seam = (point: SeamPoint) => Promise<void> | void;

/** Opens the operations over a store. */
export function openHandle<K extends Kind>(store: Store<K>, seam: Seam = () => {}): Handle<K> {
  const { kind } = store;
  const watches = new Watches();

  async function pass(point: Omit<SeamPoint, 'kind'>): Promise<void> {
    await seam({ kind, ...point });
    refuseAborted(point.signal);
  }

  async function put(operation: 'create' | 'update', resource: Resource<K>, context: StepContext, was?: Address<K>) {
    const { address, spec } = resource;
    const point = { operation, address, signal: context.signal };
    await pass({ ...point, at: 'start' });
    const found = (await store.read(address)) ?? (was === undefined ? undefined : await store.read(was));
    await store.write({ address, generation: context.generation, spec: found?.spec ?? {} });
    await pass({ ...point, at: 'middle' });
    await store.write({ address, generation: context.generation, spec });
    if (was !== undefined && was !== address) await store.remove(was);
  }

  return {
    async observe(signal) {
      await pass({ operation: 'observe', at: 'start', ...(signal === undefined ? {} : { signal }) });
      return (await store.list()).map(stored => observedOf(kind, stored));
    },
    create: (resource, context) => put('create', resource, context),
    update: (resource, _changes, context, was) => put('update', resource, context, was),
    async remove(address, { signal }) {
      await pass({ operation: 'remove', at: 'start', address, signal });
      await store.remove(address);
    },
    watch: changed => watches.add(store.watch(changed)),
    async close() {
      watches.close();
    },
  };
}

function observedOf<K extends Kind>(kind: K, { address, generation, spec }: Stored<K>): ObservedResource<K> {
  const status = kind === 'vm' ? { state: 'running' in spec && spec.running === true ? 'running' : 'stopped' } : {};
  return { kind, address, generation, spec, status };
}
