// What a thread of lanes is told: a graph, and the shared memory of everything around it. Crosses to the thread as it is.
import type { SlotRange } from '../memory/frame-slab.ts';
import type { SharedRing } from '../memory/lane-ring.ts';
import type { FrameOrigin } from '../memory/ring-producer.ts';
import type { CounterRows } from '../segment/counters.ts';
import type { LaneGraph } from '../segment/graph.ts';

/** A ring with a number that stays the same as long as the ring does, for shared memory has no identity of its own. */
export interface NumberedRing {
  readonly number: number;
  readonly ring: SharedRing;
}

/** Where frames of a port in come from. The lane sits on seat 0. */
export interface PlannedInput extends NumberedRing {
  readonly node: string;
}

export interface PlannedPort {
  readonly id: string;
  /** URL of a module that exports `openPort`. */
  readonly module: string;
  readonly options: unknown;
  /** The ring that the port writes to. */
  readonly entrance?: NumberedRing & { readonly origin: FrameOrigin };
  /** Ports out that it sends for, by their node's id. */
  readonly sends: readonly string[];
}

export interface PlannedTap extends NumberedRing {
  readonly node: string;
  /** Frames a second at most; absent = all. */
  readonly perSecond?: number;
}

export interface PlannedState {
  readonly memory: SharedArrayBuffer;
  /** Made for this plan: it takes over from the state before. */
  readonly isNew: boolean;
}

export interface ThreadPlan {
  readonly generation: number;
  readonly frames: SharedArrayBuffer;
  readonly counters: SharedArrayBuffer;
  /** The thread's own. */
  readonly bell: SharedArrayBuffer;
  readonly graph: LaneGraph;
  readonly rows: CounterRows;
  readonly work: SlotRange;
  /** By the node's id. */
  readonly states: Readonly<Record<string, PlannedState>>;
  readonly inputs: readonly PlannedInput[];
  readonly ports: readonly PlannedPort[];
  readonly taps: readonly PlannedTap[];
}

/** To the thread. */
export type Order = { readonly do: 'deploy'; readonly plan: ThreadPlan } | { readonly do: 'stop' };

/** From the thread. */
export type Answer =
  | { readonly said: 'deployed'; readonly generation: number }
  | { readonly said: 'refused'; readonly generation: number; readonly why: string }
  | { readonly said: 'stopped' };
