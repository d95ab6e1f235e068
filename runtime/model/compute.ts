// What a box has for VMs that want processors and memory of their own. Whatever is absent is not known.
import { z } from 'zod';

const Cpus = z.array(z.number().int().min(0)).max(1024);

export const Compute = z.strictObject({
  /** CPUs that run, by the kernel's numbers. */
  cpus: Cpus.optional(),
  /** Those among them on which the kernel starts nothing by itself. */
  isolatedCpus: Cpus.optional(),
  /** The kernel can be interrupted nearly everywhere (PREEMPT_RT). */
  realtimeKernel: z.boolean().optional(),
  /** Whether memory of VMs can be kept from being swapped out. */
  locksMemory: z.boolean().optional(),
  /** Pages set aside and reachable, by size; a size that is not among them has none. */
  hugePages: z
    .array(z.strictObject({ sizeMiB: z.number().int().min(1), count: z.number().int().min(0) }))
    .max(16)
    .optional(),
});
export type Compute = z.infer<typeof Compute>;
