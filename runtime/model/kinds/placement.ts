// Where in the box a VM runs, and how firmly: processors and memory of its own. All of it is absent where it was not asked for.
import { z } from 'zod';
import { HostCpus } from '../host-cpus.ts';

/** Sizes of huge pages, in MiB. */
export const PAGE_MIB = { '2-mib': 2, '1-gib': 1024 } as const;

/** Fields of a VM's spec. */
export const PLACEMENT = {
  /** CPUs of the host for each vCPU, in their order; one for each. */
  vcpuPins: z.array(HostCpus).min(1).max(64).optional(),
  /** CPUs of the host for everything else that the VM needs: its devices, its disk. */
  emulatorPin: HostCpus.optional(),
  /** Its vCPUs run before everything of lower priority, until they wait by themselves (SCHED_FIFO). */
  fifoPriority: z.number().int().min(1).max(99).optional(),
  /** Its memory is never swapped out. */
  lockedMemory: z.literal(true).optional(),
  /** Its memory is made of pages of this size, see {@link PAGE_MIB}. */
  hugePages: z.enum(['2-mib', '1-gib']).optional(),
  /** What it is left with while it needs no more; it gets more, up to `memoryMiB`, before it runs out. */
  leastMemoryMiB: z.number().int().min(64).max(1_048_576).optional(),
} as const;

export const PLACEMENT_FIELDS = Object.keys(PLACEMENT) as readonly (keyof typeof PLACEMENT)[];

/** For drivers that treat all of them alike. @param value  of every field */
export function everyPlacementField<T>(value: T): Readonly<Record<keyof typeof PLACEMENT, T>> {
  return Object.fromEntries(PLACEMENT_FIELDS.map(field => [field, value])) as Record<keyof typeof PLACEMENT, T>;
}
