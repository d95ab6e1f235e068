// The parts of a machine that evidence speaks of, and the PCRs they are measured into.
export const COMPONENTS = [
  'firmware',
  'firmware settings',
  'option ROM',
  'boot loader',
  'partition table',
  'Secure Boot keys',
  'kernel',
  'initrd',
  'command line',
  'system',
] as const;
export type Component = (typeof COMPONENTS)[number];

/** What a PCR is for when no event tells more (PC Client Platform Firmware Profile, "PCR Usage"; 8 to 15 as Linux uses them). */
const BY_PCR: readonly Component[] = [
  'firmware',
  'firmware settings',
  'option ROM',
  'option ROM',
  'boot loader',
  'partition table',
  'firmware settings',
  'Secure Boot keys',
  'command line',
  'initrd',
  'system',
  'kernel',
  'command line',
  'system',
  'Secure Boot keys',
];

/** @param pcr  0 to 23 */
export function componentOfPcr(pcr: number): Component {
  return BY_PCR[pcr] ?? 'system';
}

/** What else boot loaders and the EFI stub of Linux measure into a PCR, as measured.ts of the verifier tells events apart. */
const ALSO: Readonly<Record<number, readonly Component[]>> = {
  4: ['kernel'],
  8: ['boot loader'],
  9: ['boot loader', 'kernel', 'command line'],
  11: ['initrd', 'command line'],
};

/** The components of which a PCR can hold measurements. @param pcr  0 to 23 */
export function componentsIn(pcr: number): readonly Component[] {
  return [componentOfPcr(pcr), ...(ALSO[pcr] ?? [])];
}

/** PCRs that are asked for: everything that a boot measures, so that what is judged can change without learning anew. */
export const QUOTED_PCRS = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12, 14] as const;
