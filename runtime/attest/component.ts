// The parts of a machine that evidence speaks of.
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
