// Profiles and rows for tests, as small as they can be.
import type { Evidence } from '../../runtime/hardware/evidence.ts';
import { type BoxPort, type BoxProfile, emptyProfile, type PciDevice } from '../../runtime/hardware/profile.ts';

/** Stands behind every field of a test. */
export const SAID: Evidence = { '*': { confidence: 'user', source: 'a test' } };

/** An Ethernet socket in a group of its own unless told otherwise. */
export function port(label: string, fields: Partial<BoxPort> = {}): BoxPort {
  return { label, kind: 'ethernet', group: label, address: { interface: label }, evidence: SAID, ...fields };
}

export function device(address: string, fields: Partial<PciDevice> = {}): PciDevice {
  return { address, evidence: SAID, ...fields };
}

/** A profile with these rows, and with what else is given. */
export function profileOf(ports: readonly BoxPort[], fields: Partial<BoxProfile> = {}): BoxProfile {
  return { ...emptyProfile(), ports: [...ports], ...fields };
}
