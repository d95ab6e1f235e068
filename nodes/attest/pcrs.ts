// Which PCRs are judged when the drawing does not say it: those that tell what was booted, and do not change from boot to boot (TCG
// PC Client Platform Firmware Profile, "PCR Usage").
import type { DrawnBoot } from '../../runtime/model/kinds/gate.ts';
import type { AttestConfig } from './config.ts';

/** A BIOS of QEMU measures itself and little else; OVMF what it starts and what it is handed; a signed image its parts into PCR 11. */
const USUAL = { bios: [0, 1, 2, 3, 4, 5, 6, 7], uefi: [0, 2, 3, 4, 7, 9], 'uefi-secure': [0, 2, 3, 4, 7, 11] } as const;
const OF_A_BOX = [0, 2, 3, 4, 7] as const;

/** What the drawing says of it: PCRs, empty = the usual ones, and rules, whose PCRs are always judged. */
type Said = Pick<AttestConfig, 'pcrs' | 'rules'>;

/** @param host  whether the box itself is asked */
export function judgedPcrs({ pcrs, rules }: Said, boot: DrawnBoot | undefined, host: boolean): number[] {
  const usual = host ? OF_A_BOX : USUAL[boot?.firmware ?? 'bios'];
  const judged = [...(pcrs.length > 0 ? pcrs : usual), ...rules.map(({ pcr }) => pcr)];
  return [...new Set(judged)].sort((one, other) => one - other);
}
