// What is. Read from real systems by drivers; observing never changes anything.
import type { Address, Kind, Name } from './address.ts';
import type { Code } from './codes.ts';
import type { Spec } from './kind.ts';

/** What a driver reads back of one resource that carries our tag. */
export interface ObservedResource<K extends Kind = Kind> {
  readonly address: Address<K>;
  readonly kind: K;
  /** As the real system has it. A half-made resource shows the fields it has; the missing ones are absent. */
  readonly spec: Partial<Spec<K>>;
  /** Generation tag found in the real system; 0 when the tag has none. */
  readonly generation: number;
  /** Live facts that are not design: counters, process ids, states. Never diffed. */
  readonly status: Readonly<Record<string, unknown>>;
  /** What is wrong with it that needs a person, whatever a design says. Never diffed; an alarm tells each of them once. */
  readonly findings?: readonly ObservedFinding[];
}

export interface ObservedFinding {
  readonly code: Code;
  /** A sentence without its full stop: a fact, then what to do. */
  readonly message: string;
}

export interface Observed {
  readonly gateway: Name;
  /** Last generation that was applied completely; 0 = none. */
  readonly generation: number;
  /** Unix time in ms. Not part of any hash. */
  readonly atMs: number;
  readonly resources: Readonly<Record<string, ObservedResource>>;
}
