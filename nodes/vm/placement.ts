// Where in the box a VM runs: the fields of its form, and what they make of the spec.
import { z } from 'zod';
import * as fields from '../../runtime/model/fields.ts';
import { HostCpus } from '../../runtime/model/host-cpus.ts';
import type { PLACEMENT } from '../../runtime/model/kinds/placement.ts';
import type { VmSpec } from '../../runtime/model/kinds/vm.ts';

const WHAT = 'a CPU of the host';
const REMEDY = 'Write its number such as 2, or a range such as 2-3.';

/** As the form stores them; an empty text, 0 and `none` ask for nothing. */
export const placementFields = {
  /** One entry for each vCPU. */
  vcpuPins: fields.entries(text => HostCpus.safeParse(text).data, WHAT, REMEDY),
  emulatorPin: fields.matching(HostCpus.or(z.literal('')), WHAT, REMEDY),
  fifoPriority: fields.integer(0, 99),
  lockedMemory: fields.flag(),
  hugePages: fields.choice(['none', '2-mib', '1-gib']),
  leastMemoryMiB: fields.integer(0, 1_048_576),
};
const Placement = z.object(placementFields);
export type PlacementConfig = z.infer<typeof Placement>;

/** A VM that may run anywhere in its box. */
export const ANYWHERE = {
  vcpuPins: '',
  emulatorPin: '',
  fifoPriority: 0,
  lockedMemory: false,
  hugePages: 'none',
  leastMemoryMiB: 0,
} as const;

/** The part of the spec, without what was not asked for. */
export function placementOf(config: PlacementConfig): Pick<VmSpec, keyof typeof PLACEMENT> {
  const { vcpuPins, emulatorPin, fifoPriority, lockedMemory, hugePages, leastMemoryMiB } = config;
  return {
    ...(vcpuPins.length === 0 ? {} : { vcpuPins: [...vcpuPins] }),
    ...(emulatorPin === '' ? {} : { emulatorPin }),
    ...(fifoPriority === 0 ? {} : { fifoPriority }),
    ...(lockedMemory ? { lockedMemory } : {}),
    ...(hugePages === 'none' ? {} : { hugePages }),
    ...(leastMemoryMiB === 0 ? {} : { leastMemoryMiB }),
  };
}
