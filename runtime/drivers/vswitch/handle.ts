// The operations on live resources of one kind. The file comes first when a resource is made and goes last when it is
// removed, so that an agent killed in between finds what it had begun.
import { refuseAborted } from '../../host/abort.ts';
import type { Store, Stored } from '../../host/resource-files.ts';
import type { Hold } from '../../host/shared.ts';
import { Watches } from '../../host/watches.ts';
import type { Address, Kind } from '../../model/address.ts';
import type { Handle, StepContext } from '../../model/driver.ts';
import type { ObservedResource } from '../../model/observed.ts';
import type { Resource } from '../../model/resource.ts';
import type { Box } from './box.ts';

/** Opens the operations. @param hold  `undefined`: nothing is live in this process, only the files are shown */
export function openHandle<K extends Kind>(store: Store<K>, hold: Hold<Box> | undefined): Handle<K> {
  const { kind } = store;
  const watches = new Watches();

  async function put({ address, spec }: Resource<K>, { generation, signal }: StepContext, was?: Address<K>) {
    refuseAborted(signal);
    await store.write({ address, generation, spec });
    refuseAborted(signal);
    await hold?.value.put({ kind, address, generation, spec }, was);
    if (was !== undefined && was !== address) await store.remove(was);
  }

  return {
    async observe(signal) {
      refuseAborted(signal);
      const stored = await store.list();
      if (hold === undefined) return stored.map(each => asStored(kind, each));
      const live = hold.value.look(kind).map(seen => ({ kind, ...seen }));
      const known = new Set(live.map(each => each.address));
      return [...live, ...stored.filter(({ address }) => !known.has(address)).map(each => begun(kind, each))];
    },
    create: (resource, context) => put(resource, context),
    update: (resource, _changes, context, was) => put(resource, context, was),
    async remove(address, { signal }) {
      refuseAborted(signal);
      await hold?.value.drop(address);
      await store.remove(address);
    },
    ...(kind === 'policy' && hold !== undefined
      ? {
          openGate: async (gate, forMs) => hold.value.openGate(gate, forMs),
          conversations: async (...asked) => hold.value.conversations(...asked),
        }
      : {}),
    ...(kind === 'port' && hold !== undefined
      ? {
          tapPort: async (...asked) => hold.value.tapPort(...asked),
          portFigures: () => hold.value.portFigures(),
        }
      : {}),
    watch: changed => watches.add(store.watch(changed)),
    async close() {
      watches.close();
      await hold?.release();
    },
  };
}

function asStored<K extends Kind>(kind: K, { address, generation, spec }: Stored<K>): ObservedResource<K> {
  return { kind, address, generation, spec, status: { dormant: true } };
}

/** Of what has a file and does not live, nothing is true. */
function begun<K extends Kind>(kind: K, { address, generation }: Stored<K>): ObservedResource<K> {
  return { kind, address, generation, spec: {}, status: { live: false } };
}
