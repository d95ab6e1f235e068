// What a PC in QEMU can do without privileges, and what it cannot.
import type { DriverFacts } from '../../../model/driver.ts';
import { everyPlacementField } from '../../../model/kinds/placement.ts';
import { MUTABLE } from '../mutable.ts';
import { NO_PROOF } from '../no-proof.ts';
import type { Acceleration } from './command-line.ts';

/** Rough seconds from power to a guest that answers; a step gets 20 times as long. */
const BOOT_SECONDS = { kvm: 3, tcg: 12 } as const satisfies Record<Acceleration, number>;

/** Each card is a device on the PC's bus, which has room for more than anybody draws. */
const MOST_CARDS = 16;

export function factsOf(acceleration: Acceleration): DriverFacts<'vm'> {
  const boot = BOOT_SECONDS[acceleration];
  return {
    kind: 'vm',
    driver: 'qemu',
    label: acceleration === 'kvm' ? 'real' : 'emulated',
    mutable: MUTABLE,
    renames: true,
    rebuildWith: [],
    seconds: { create: boot, update: 1, restart: boot, remove: 1 },
    losesState: true,
    lacks: {
      ...NO_PROOF,
      ...everyPlacementField('a PC without privileges has no processor or memory of the host to itself'),
    },
    limits: { nics: { most: MOST_CARDS, why: 'the PC has that many slots' } },
  };
}
