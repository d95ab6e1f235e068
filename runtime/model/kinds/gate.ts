// An attestation gate: what a TPM has to prove, and how often, before what waits for it is open. Who waits says so itself.
import { z } from 'zod';
import { addressOf, Name } from '../address.ts';
import type { MachineName } from '../attestation.ts';
import { EventRule, MOST_EVENT_RULES } from './event-rule.ts';
import { ImageName, KernelArguments, VmSpec } from './vm.ts';

/** What a VM is drawn to boot, from which its measurements can be foretold. */
export const DrawnBoot = z.strictObject({
  image: ImageName,
  kernelArguments: KernelArguments,
  /** Absent = a BIOS. What a boot by UEFI measures can be foretold. */
  firmware: VmSpec.shape.firmware,
  memoryMiB: VmSpec.shape.memoryMiB,
});
export type DrawnBoot = z.infer<typeof DrawnBoot>;

export const GateSubject = z.discriminatedUnion('of', [
  /** The box itself. */
  z.strictObject({ of: z.literal('host') }),
  z.strictObject({ of: z.literal('vm'), vm: addressOf('vm'), boot: DrawnBoot }),
]);
export type GateSubject = z.infer<typeof GateSubject>;

export const GateSpec = z.strictObject({
  /** Absent when it gates what several tenants have. */
  tenant: Name.optional(),
  /** Whose TPM is asked. */
  subject: GateSubject,
  /** PCRs of the SHA-256 bank that are judged, ascending. */
  pcrs: z.array(z.number().int().min(0).max(23)).min(1).max(24),
  /** Where golden values come from: the first boot that is seen, or one that somebody approved. */
  learn: z.enum(['first-boot', 'approved']),
  /** Kernel, initrd and command line are judged by what is drawn, so that a planned change of them is no alarm. VMs with UEFI only. */
  foretold: z.boolean(),
  /** The firmware has to enforce signatures. */
  secureBoot: z.boolean(),
  /** Other images that the VM may boot with the same arguments, sorted. */
  images: z.array(ImageName).max(16),
  /** About what is measured, in PCRs that are judged, in drawing order. Absent = none. */
  rules: z.array(EventRule).min(1).max(MOST_EVENT_RULES).optional(),
  /** How often the TPM is asked. */
  intervalSeconds: z.number().int().min(5).max(86_400),
  /** How long a proof counts. */
  freshnessSeconds: z.number().int().min(5).max(604_800),
  /** Secrets that the VM gets once it is trusted, by their names in the gateway's store, sorted. */
  releases: z.array(Name).max(32),
});
export type GateSpec = z.infer<typeof GateSpec>;

/** Name of the machine whose TPM is asked. */
export function machineOf({ subject }: Pick<GateSpec, 'subject'>): MachineName {
  return subject.of === 'host' ? 'host' : `vm.${subject.vm.slice(subject.vm.indexOf('/') + 1)}`;
}
