// What is counted on a line, and what people see of it: plain JSON at every boundary.
import type { Address } from './address.ts';
import type { LineEnd, LineFrame } from './line-frame.ts';
import type { PortFigures } from './port-figures.ts';

/** What people see of one rule. */
export interface RuleFigures {
  readonly id: string;
  readonly hits: number;
  /** Milliseconds of the clock given with the frames; absent = never. */
  readonly lastHit?: number;
  /** Frames that fitted but were above its rate, so that a later rule decided them. */
  readonly over: number;
}

/** A frame that a rule with `log` decided, or that fitted none. */
export interface LineLogEntry {
  /** Unix time in ms. */
  readonly atMs: number;
  readonly vm: Address<'vm'>;
  /** From the VM's side: what it said (`in`, onto the line), or what it would have heard (`out`). */
  readonly direction: 'in' | 'out';
  readonly firewall: string;
  /** `otherwise`: it fitted none. */
  readonly rule: string;
  readonly passed: boolean;
  /** In hex, in the form of the line's protocol. */
  readonly frame: string;
}

/** One direction at one end. */
export interface WireFigures {
  readonly frames: number;
  readonly bytes: number;
  /** Refused by a firewall. */
  readonly denied: number;
  /** Lost for want of room, or because nobody was there. */
  readonly dropped: number;
  /** Bytes or frames that were none. */
  readonly malformed: number;
}

export interface EndFigures {
  readonly end: LineEnd;
  /** Whether somebody is there now; absent where nobody can know. */
  readonly plugged?: boolean;
  /** Attestation gates that are closed and hold a VM up here; absent = none. */
  readonly heldBy?: readonly Address<'gate'>[];
  /** What came onto the line here; `in` and `out` as in {@link LineFrame}. */
  readonly in: WireFigures;
  readonly out: WireFigures;
  /** From the line to the VM; both directions count into the same rules unless they have programs of their own. */
  readonly firewalls: readonly { readonly firewall: string; readonly rules: readonly RuleFigures[] }[];
}

/** What people see of a line. */
export interface LineFigures {
  /** `open`, `opening`, `waiting` (it is tried again), `closed`. */
  readonly state: string;
  /** Why it is not open, a sentence. */
  readonly why?: string;
  readonly ends: readonly EndFigures[];
  /** What only this protocol counts; plain JSON. */
  readonly more?: Readonly<Record<string, unknown>>;
}

/** How often those who look are told. */
export const TRAFFIC_EVERY_MS = 500;
/** Frames of one line in one tick. */
export const MOST_TICK_FRAMES = 20;

/** What went on at all lines of a gateway since the tick before, and what was counted at the cards of its VMs. */
export interface TrafficTick {
  /** Unix time in ms. */
  readonly atMs: number;
  readonly lines: readonly {
    readonly line: Address<'line'>;
    readonly figures: LineFigures;
    /** The last ones, oldest first; at most {@link MOST_TICK_FRAMES}. */
    readonly frames: readonly LineFrame[];
    /** Frames since the tick before that are not among them. */
    readonly lost: number;
  }[];
  /** Absent where nobody counts, and when there was nothing to read now. */
  readonly ports?: readonly PortFigures[];
}

export type HeardTraffic = (tick: TrafficTick) => void;
