// A VM's port on a line while attestation gates are closed. Protocols with rules are given a guard for each gate, by the driver of
// lines; those without hold the port up themselves, with what is here.
import type { Address } from '../model/address.ts';
import type { LinePort } from '../model/kinds/line.ts';
import type { LineLogEntry } from '../model/line-figures.ts';

export interface Held {
  /** The closed gates; the first one is to be named. */
  readonly by: readonly [Address<'gate'>, ...Address<'gate'>[]];
  /** Whether the VM hears what there is all the same. It never says anything. */
  readonly hears: boolean;
}

/** A port as it is now. */
export interface LivePort extends LinePort {
  /** Absent while nothing holds it up. */
  readonly held?: Held;
}

/** In logs and figures: the rule by which a closed gate refuses. */
export const CLOSED = 'closed';

/** What a closed gate refused, as rules tell of it. @param frame  in hex */
export function refusedEntry(
  held: Held,
  what: Pick<LineLogEntry, 'atMs' | 'vm' | 'direction' | 'frame'>,
): LineLogEntry {
  return { ...what, firewall: held.by[0], rule: CLOSED, passed: false };
}
