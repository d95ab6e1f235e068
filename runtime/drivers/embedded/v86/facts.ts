// What an emulated PC can do, and what it cannot.
import type { DriverFacts } from '../../../model/driver.ts';
import { everyPlacementField } from '../../../model/kinds/placement.ts';
import { MUTABLE } from '../mutable.ts';
import { NO_PROOF } from '../no-proof.ts';

export const FACTS: DriverFacts<'vm'> = {
  kind: 'vm',
  driver: 'v86',
  label: 'emulated',
  mutable: MUTABLE,
  renames: true,
  rebuildWith: [],
  // A start takes one second, the first one of an image half a minute; a step gets 20 times as long, which is what a first boot
  // is given.
  seconds: { create: 15, update: 1, restart: 15, remove: 1 },
  losesState: true,
  lacks: {
    ...NO_PROOF,
    watchdog: 'the emulated PC has no watchdog',
    ...everyPlacementField('the emulated PC has no processor or memory of the host to itself'),
  },
  limits: {
    vcpus: { most: 1, why: 'the emulated PC has one processor' },
    nics: { most: 1, why: 'the emulated PC has one network card' },
    memoryMiB: { most: 1024, why: 'the emulated PC is a 32-bit one in the memory of this process' },
  },
};
