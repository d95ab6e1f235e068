// What was learned of a line or of a firewall so far, as people see it while it goes on. Plain JSON.
import type { Address, Name } from './address.ts';
import type { LineRule } from './kinds/line.ts';

export interface Learned {
  /** A line, or the policy of the network whose firewall is learned. */
  readonly of: Address<'line'> | Address<'policy'>;
  /** Of the line; `ip` for a network. */
  readonly protocol: Name;
  /** `listening`: it goes on. `done`: its time is over, or somebody ended it. `broken`: what it listens to or its agent went away. */
  readonly state: 'listening' | 'done' | 'broken';
  /** Unix time in ms at which it ends by itself. */
  readonly untilMs: number;
  /** In the words of the protocol, with how often each was needed. */
  readonly rules: readonly { readonly rule: LineRule; readonly frames: number }[];
  /** Frames that were learned from. */
  readonly taken: number;
  /** Frames that were none. */
  readonly unsound: number;
  /** Frames of what has no rule because more rules would be needed than a proposal has. */
  readonly left: number;
  /** Frames that went by unheard. */
  readonly lost: number;
}
