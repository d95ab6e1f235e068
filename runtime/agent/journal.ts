// The write-ahead journal as the agent uses it: what was applied, what is under way. One `write` per change of state, so
// a test can stop the process before and after each. Knows nothing of how it is stored.
import type { GatewayDesign } from '../model/design.ts';
import type { Plan } from '../model/plan.ts';

/** The journal in an agent's state directory. */
export const JOURNAL_FILE = 'journal.db';

/**
 * `applying` and `rolling-back` are unfinished: found at a start, they are resumed. The applied entries form a stack:
 * the newest one is what the gateway shall be, the one below is where a rollback goes to.
 */
export type EntryState = 'applying' | 'rolling-back' | 'applied' | 'failed' | 'cancelled' | 'rolled-back';
export type StepState = 'pending' | 'started' | 'done' | 'failed';

/** One attempt to bring about a design. */
export interface Entry {
  /** Grows with every attempt; never used again. */
  readonly id: number;
  /** The generation it makes. A generation that failed is numbered again by the next attempt. */
  readonly generation: number;
  readonly design: GatewayDesign;
  readonly state: EntryState;
  /** How often it was planned anew, the first plan included. */
  readonly rounds: number;
  readonly message: string;
  /** Unix time in ms of the last change of state. */
  readonly atMs: number;
}

interface Change {
  readonly entry: number;
  /** Unix time in ms. */
  readonly atMs: number;
}

export type JournalChange = Change &
  (
    | { readonly type: 'open'; readonly generation: number; readonly design: GatewayDesign; readonly plan: Plan }
    /** The entry goes on with another plan, towards its design or back. */
    | {
        readonly type: 'round';
        readonly round: number;
        readonly state: 'applying' | 'rolling-back';
        readonly plan: Plan;
      }
    | {
        readonly type: 'step';
        readonly round: number;
        readonly step: string;
        readonly state: Exclude<StepState, 'pending'>;
        readonly message?: string;
      }
    | {
        readonly type: 'close';
        readonly state: Exclude<EntryState, 'applying' | 'rolling-back'>;
        readonly message: string;
      }
  );

export interface Journal {
  /** The newest entry of all. */
  newest(): Entry | undefined;
  /** The applied entries, newest first, at most `limit`. */
  applied(limit: number): readonly Entry[];
  /** Makes one change durable, whole or not at all. @throws GatewrightError GW_JOURNAL_IO */
  write(change: JournalChange): void;
  close(): void;
}
