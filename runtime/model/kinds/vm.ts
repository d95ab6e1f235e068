// A tenant VM. What a hypervisor has to know, and nothing of how a hypervisor writes it down.
import { z } from 'zod';
import { addressOf, Name } from '../address.ts';
import { MacAddress } from '../network.ts';
import { Gated } from './gated.ts';
import { PLACEMENT } from './placement.ts';

export const VmNic = z.strictObject({
  name: Name,
  port: addressOf('port'),
  mac: MacAddress,
  /** Told to the guest by its card: what is larger than the segment carries would get lost without a word. */
  mtu: z.number().int().min(576).max(9216),
});
export type VmNic = z.infer<typeof VmNic>;

/** Name of an image in the gateway's image store; no path, so a flow cannot point outside the store. */
export const ImageName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9._-]{0,63}$/, 'an image name has lower-case letters, digits, dots, hyphens');
/** Extra kernel arguments: printable ASCII without quotes or control characters. */
export const KernelArguments = z
  .string()
  .max(512)
  .regex(
    /^[\x20\x21\x23-\x26\x28-\x5b\x5d-\x7e]*$/,
    'kernel arguments are printable ASCII without quotes or backslashes',
  );

export const VmSpec = z.strictObject({
  tenant: Name,
  image: ImageName,
  kernelArguments: KernelArguments,
  vcpus: z.number().int().min(1).max(64),
  memoryMiB: z.number().int().min(64).max(1_048_576),
  ...PLACEMENT,
  /** What starts it; absent = a BIOS. `uefi-secure` starts only what the owner of the box has signed. */
  firmware: z.enum(['uefi', 'uefi-secure']).optional(),
  /** Its own TPM 2.0, whose state is kept as long as the VM; absent = none. */
  tpm: z.literal('crb').optional(),
  watchdog: z.enum(['none', 'reset', 'poweroff']),
  /** VMs with a lower number are started first; equal numbers start together. */
  startOrder: z.number().int().min(0).max(1000),
  /** In drawing order. */
  nics: z.array(VmNic),
  /**
   * Has a second serial port, ttyS1, for the field line it may be drawn on. Always true in a design; what is observed may differ:
   * a VM that an older version made has none. Designs of that version do not say it.
   */
  fieldLine: z.boolean().default(true),
  /**
   * Where devices of the box can be plugged in while it runs; absent = nowhere. `pciSlots` are for PCI functions and serial
   * ports, one each.
   */
  hotplug: z.strictObject({ pciSlots: z.number().int().min(0).max(16), usb: z.boolean() }).optional(),
  /** Is started when all of these gates are open, and not before; absent = waits for none. One that runs is not stopped. */
  gates: z.array(Gated).min(1).max(8).optional(),
  /** Always true in a design; what is observed may differ. True also for a VM that waits for its gates. */
  running: z.boolean(),
});
export type VmSpec = z.infer<typeof VmSpec>;
