// Which PCRs are judged when the drawing does not say it: those that tell what was booted, and do not change from boot to boot (TCG
// PC Client Platform Firmware Profile, "PCR Usage").
import type { DrawnBoot } from '../../runtime/model/kinds/gate.ts';

/** A BIOS of QEMU measures itself and little else; OVMF what it starts and what it is handed; a signed image its parts into PCR 11. */
const USUAL = { bios: [0, 1, 2, 3, 4, 5, 6, 7], uefi: [0, 2, 3, 4, 7, 9], 'uefi-secure': [0, 2, 3, 4, 7, 11] } as const;
const OF_A_BOX = [0, 2, 3, 4, 7] as const;

/** @param said  by the drawing @param host  whether the box itself is asked */
export function judgedPcrs(said: readonly number[], boot: DrawnBoot | undefined, host: boolean): number[] {
  if (said.length > 0) return [...new Set(said)].sort((one, other) => one - other);
  return [...(host ? OF_A_BOX : USUAL[boot?.firmware ?? 'bios'])];
}
