// What the embedded network can do: nearly everything changes in place, in no time worth forecasting.
import type { Kind } from '../../model/address.ts';
import type { DriverFacts, Mutability } from '../../model/driver.ts';
import { SPECS, type Spec } from '../../model/kind.ts';

export const DRIVER = 'vswitch';

export function factsOf<K extends Kind>(kind: K): DriverFacts<K> {
  const fields = Object.keys(SPECS[kind].shape).map(field => [field, howToChange(kind, field)] as const);
  return {
    ...{
      kind,
      driver: DRIVER,
      label: 'emulated',
      renames: true,
      rebuildWith: [],
      losesState: false,
      lacks: LACKS[kind] ?? {},
    },
    mutable: Object.fromEntries(fields) as Partial<Record<keyof Spec<K> & string, Mutability>>,
    seconds: { create: 0.05, update: 0.05, restart: 0.05, remove: 0.05 },
  };
}

/** WHY not live: another leg takes the place of the one that is there, and connections through it break. */
function howToChange(kind: Kind, field: string): Mutability {
  return kind !== 'edge' || field === 'tenant' || field === 'router' ? 'live' : 'restart';
}

const LACKS: Readonly<Partial<Record<Kind, Readonly<Record<string, string>>>>> = {
  edge: { dhcp: 'the embedded router hands out no addresses; give the guests fixed ones' },
};
