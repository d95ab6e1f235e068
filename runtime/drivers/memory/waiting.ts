// What simulated resources wait for: nothing is held up, as nothing runs, but each says which of its gates are closed. A VM counts as
// started once all of its gates were open.
import { OpenGates, waitsFor } from '../../host/open-gates.ts';
import type { Address, Kind } from '../../model/address.ts';
import type { Handle } from '../../model/driver.ts';
import type { Spec } from '../../model/kind.ts';
import type { ObservedResource } from '../../model/observed.ts';

type Gates = readonly Address<'gate'>[];
type Waits<K extends Kind> = (spec: Partial<Spec<K>>) => Gates;

const by = (gates: Spec<'vm'>['gates'] = []): Gates => gates.map(gate => gate.by);
const WAITS: { readonly [K in Kind]?: Waits<K> } = {
  vm: ({ gates }) => by(gates),
  line: ({ ports = [] }) => ports.flatMap(({ gates }) => by(gates)),
  policy: ({ links = [] }) => links.flatMap(({ gates }) => by(gates)),
};

/** Adds `openGate` where resources of the kind can wait. */
export function withWaiting<K extends Kind>(kind: K, handle: Handle<K>): Handle<K> {
  const waits = WAITS[kind];
  if (waits === undefined) return handle;
  const open = new OpenGates();
  const started = new Set<Address<K>>();
  const closed = ({ address, spec }: Pick<ObservedResource<K>, 'address' | 'spec'>): Gates => {
    if (started.has(address)) return [];
    const gates = [...new Set(waits(spec))].map(gate => ({ by: gate }));
    return open.closed(gates).map(gate => gate.by);
  };
  const waiting = (found: ObservedResource<K>): ObservedResource<K> => {
    const gates = closed(found);
    if (gates.length === 0) return found;
    const off = kind === 'vm' ? { state: 'stopped' } : {};
    return { ...found, status: { ...found.status, ...off, waitsFor: gates } };
  };
  const { power } = handle;
  return {
    ...handle,
    observe: async signal => (await handle.observe(signal)).map(waiting),
    async remove(address, context) {
      await handle.remove(address, context);
      started.delete(address);
    },
    async openGate(gate, forMs) {
      open.set(gate, forMs);
      if (kind !== 'vm') return;
      // One that runs is not stopped any more.
      for (const { address, spec } of await handle.observe())
        if (closed({ address, spec }).length === 0) started.add(address);
    },
    ...(power === undefined
      ? {}
      : {
          async power(address, action) {
            const found = (await handle.observe()).find(each => each.address === address);
            const [gate] = found === undefined || action !== 'start' ? [] : closed(found);
            if (gate !== undefined) throw waitsFor(address, gate);
            await power(address, action);
          },
        }),
  };
}
