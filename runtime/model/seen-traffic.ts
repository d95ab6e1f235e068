// The traffic of a gateway as people see it: what was counted, and the last frames in values. Plain JSON, bounded, for browsers.
import type { Address, Name } from './address.ts';
import type { EndFigures } from './line-figures.ts';
import type { LineFrame } from './line-frame.ts';
import type { PortFigures } from './port-figures.ts';

export interface SeenFrame extends LineFrame {
  /** What it means, in the words of its protocol; long values are cut. */
  readonly words: Readonly<Record<string, unknown>>;
}

export interface SeenLine {
  readonly line: Address<'line'>;
  /** As applied; absent while nobody knows. */
  readonly protocol?: Name;
  /** See `LineFigures`. */
  readonly state: string;
  readonly why?: string;
  readonly ends: readonly EndFigures[];
  /** What only this protocol counts; long values are cut. */
  readonly more?: Readonly<Record<string, unknown>>;
  /** The last ones since the tick before, oldest first. */
  readonly frames: readonly SeenFrame[];
  /** Frames since the tick before that are not among them. */
  readonly lost: number;
}

export interface SeenTraffic {
  readonly gateway: Name;
  /** Unix time in ms. */
  readonly atMs: number;
  readonly lines: readonly SeenLine[];
  /** Cards of VMs; see `TrafficTick`. */
  readonly ports?: readonly PortFigures[];
}

/** Nothing is seen of a gateway now. */
export interface TrafficAway {
  readonly gateway: Name;
  /** A sentence with what to do. */
  readonly why: string;
}
