// What the embedded network can do: everything changes in place, in no time worth forecasting.
import type { Kind } from '../../model/address.ts';
import type { DriverFacts, Mutability } from '../../model/driver.ts';
import { SPECS, type Spec } from '../../model/kind.ts';

export const DRIVER = 'vswitch';

export function factsOf<K extends Kind>(kind: K): DriverFacts<K> {
  const fields = Object.keys(SPECS[kind].shape).map(field => [field, 'live' as const]);
  return {
    ...{ kind, driver: DRIVER, label: 'emulated', renames: true, rebuildWith: [], losesState: false, lacks: {} },
    mutable: Object.fromEntries(fields) as Partial<Record<keyof Spec<K> & string, Mutability>>,
    seconds: { create: 0.05, update: 0.05, restart: 0.05, remove: 0.05 },
  };
}
