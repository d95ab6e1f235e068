// What the simulated back end claims it can do: the same as the drivers of a Linux gateway, so that a plan tried here
// reads as it will there. Its seconds are theirs, not its own.
import type { Kind } from '../../model/address.ts';
import type { DriverFacts, Mutability } from '../../model/driver.ts';
import { SPECS, type Spec } from '../../model/kind.ts';
import { everyPlacementField } from '../../model/kinds/placement.ts';

export type FactChanges = Readonly<Partial<Record<Kind, Partial<Omit<DriverFacts, 'kind'>>>>>;

const VM_MUTABLE: DriverFacts<'vm'>['mutable'] = {
  tenant: 'live',
  startOrder: 'live',
  running: 'live',
  image: 'restart',
  kernelArguments: 'restart',
  vcpus: 'restart',
  memoryMiB: 'restart',
  watchdog: 'restart',
  nics: 'restart',
  fieldLine: 'restart',
  hotplug: 'restart',
  firmware: 'restart',
  tpm: 'restart',
  gates: 'live',
  ...everyPlacementField('restart'),
};

/** Facts of one kind. @param changes  what a test wants different */
export function factsOf<K extends Kind>(kind: K, changes: FactChanges = {}): DriverFacts<K> {
  const usual: DriverFacts<Kind> = {
    kind,
    driver: 'memory',
    label: 'simulated',
    mutable: kind === 'vm' ? VM_MUTABLE : allLive(kind),
    renames: true,
    rebuildWith: [],
    seconds:
      kind === 'vm'
        ? { create: 8, update: 1, restart: 18, remove: 3 }
        : { create: 1, update: 1, restart: 1, remove: 1 },
    losesState: kind === 'vm',
    lacks: {},
  };
  return { ...usual, ...changes[kind] } as DriverFacts<K>;
}

function allLive(kind: Kind): Readonly<Partial<Record<keyof Spec & string, Mutability>>> {
  return Object.fromEntries(Object.keys(SPECS[kind].shape).map(field => [field, 'live' as const]));
}
