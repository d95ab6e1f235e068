// What was learned of a line so far, as people see it while it goes on. Plain JSON.
import type { Address, Name } from './address.ts';
import type { LineRule } from './kinds/line.ts';

export interface Learned {
  readonly line: Address<'line'>;
  readonly protocol: Name;
  /** `listening`: it goes on. `done`: its time is over, or somebody ended it. `broken`: the line or its agent went away. */
  readonly state: 'listening' | 'done' | 'broken';
  /** Unix time in ms at which it ends by itself. */
  readonly untilMs: number;
  /** In the words of the protocol, with how often each was needed. */
  readonly rules: readonly { readonly rule: LineRule; readonly frames: number }[];
  /** Frames that were learned from. */
  readonly taken: number;
  /** Frames that were none. */
  readonly unsound: number;
  /** Frames that went by unheard. */
  readonly lost: number;
}
