// What starts a VM, and whether it has a TPM to prove what that was: the fields of its form, and what they make of the spec.
import { z } from 'zod';
import * as fields from '../../runtime/model/fields.ts';
import type { Backend, GatewaySpec } from '../../runtime/model/gateway.ts';
import type { VmSpec } from '../../runtime/model/kinds/vm.ts';
import type { DrawnNode, Scope } from '../../runtime/model/lowering.ts';

export const startFields = {
  firmware: fields.choice(['bios', 'uefi', 'uefi-secure']),
  /** `auto`: wherever the back end can give it one. */
  tpm: fields.choice(['auto', 'on', 'off']),
};
const Start = z.object(startFields);

export const PLAIN_START = { firmware: 'bios', tpm: 'auto' } as const;

/** Back ends whose VMs can have a TPM. */
const HAVE_TPMS: ReadonlySet<Backend> = new Set(['linux']);

/** The part of the spec, without what there is not. */
export function startOf(
  { firmware, tpm }: z.infer<typeof Start>,
  { backend }: Pick<GatewaySpec, 'backend'>,
): Pick<VmSpec, 'firmware' | 'tpm'> {
  const hasTpm = tpm === 'on' || (tpm === 'auto' && HAVE_TPMS.has(backend));
  return { ...(firmware === 'bios' ? {} : { firmware }), ...(hasTpm ? { tpm: 'crb' as const } : {}) };
}

/** With how much OVMF started the starter guest, MiB, and with the step of 32 below it did not: a signed image is loaded twice. */
const ENOUGH_MIB = { uefi: 192, 'uefi-secure': 224 } as const;

/** Reports a firmware that may not find room. */
export function checkStart(
  node: DrawnNode,
  { firmware, memoryMiB }: Pick<VmSpec, 'firmware' | 'memoryMiB'>,
  scope: Scope,
): void {
  const enough = firmware === undefined ? 0 : ENOUGH_MIB[firmware];
  if (memoryMiB >= enough) return;
  scope.report({
    ...{ code: 'GW_FIRMWARE_MEMORY', severity: 'warning', node, field: 'memoryMiB' },
    summary: `${node.label} has ${memoryMiB} MiB of memory, with which its firmware may start nothing.`,
    remedy: `Give it ${enough} MiB or more, or let it have a BIOS.`,
  });
}
