// What an agent tells while it works and watches. Plain JSON; every event names its gateway and its time.
import type { Address, Name } from './address.ts';
import type { GateStanding } from './attestation.ts';
import type { Code } from './codes.ts';
import type { Step } from './plan.ts';

interface Stamp {
  readonly gateway: Name;
  /** Unix time in ms. */
  readonly atMs: number;
}

export type AgentEvent = Stamp &
  (
    | { readonly type: 'apply-started'; readonly generation: number; readonly planHash: string; readonly steps: number }
    | { readonly type: 'step-started'; readonly generation: number; readonly step: string; readonly address: Address }
    /** How far long work within a step is; sent a few times a second at most. */
    | {
        readonly type: 'step-progress';
        readonly generation: number;
        readonly step: string;
        readonly address: Address;
        /** The work in words. */
        readonly what: string;
        /** 0 to 1. */
        readonly fraction: number;
      }
    | {
        readonly type: 'step-done';
        readonly generation: number;
        readonly step: string;
        readonly address: Address;
        readonly done: number;
        readonly steps: number;
      }
    | {
        readonly type: 'step-failed';
        readonly generation: number;
        readonly step: string;
        readonly address: Address;
        readonly code: Code;
        readonly message: string;
      }
    | { readonly type: 'apply-ended'; readonly generation: number; readonly outcome: Outcome; readonly message: string }
    /** What is observed differs from the last applied generation. An empty list means: it fits again. */
    | { readonly type: 'drift'; readonly generation: number; readonly steps: readonly Step[] }
    /** How all gates stand, when that is news. */
    | { readonly type: 'attestation'; readonly standings: readonly GateStanding[] }
    /** Something is wrong that needs a person. */
    | { readonly type: 'alarm'; readonly code: Code; readonly message: string }
  );

/**
 * How an apply ended. `applied`: the generation is complete. `failed`: stopped after an error, parts may be done; plan
 * again or roll back. `cancelled`: the same, by the user. `rolled-back`: the previous generation is complete again.
 */
export type Outcome = 'applied' | 'failed' | 'cancelled' | 'rolled-back';
