// What starts a VM, and whether it has a TPM to prove what that was: the fields of its form, and what they make of the spec.
import { z } from 'zod';
import * as fields from '../../runtime/model/fields.ts';
import type { Backend, GatewaySpec } from '../../runtime/model/gateway.ts';
import type { VmSpec } from '../../runtime/model/kinds/vm.ts';

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
