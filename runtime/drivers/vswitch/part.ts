// The pieces a live network is made of: one for each thing that can be plugged in and pulled out by itself.
import type { Address, Kind } from '../../model/address.ts';
import type { Spec } from '../../model/kind.ts';
import type { PortFigures } from '../../model/port-figures.ts';

/** One resource as it is live. */
export interface Living<K extends Kind = Kind> {
  readonly kind: K;
  readonly address: Address<K>;
  readonly generation: number;
  readonly spec: Spec<K>;
}

/** A piece that is in place. */
export interface Part {
  /** Live facts, for people; merged into the status of the resource the part belongs to. */
  status?(): Readonly<Record<string, unknown>>;
  /** What was counted, where it is the card of a VM. */
  figures?(): PortFigures;
  close(): void | Promise<void>;
}

/** A piece that should be in place. */
export interface Wanted {
  /** Names it among all parts. */
  readonly id: string;
  /** Whatever it is made from: another key is another part. */
  readonly key: string;
  /** The resource it belongs to. */
  readonly of: Address;
  /** Fields of that resource which are true only while the part is in place. */
  readonly shows: readonly string[];
  /** @throws GatewrightError when it cannot be put in place now */
  open(): Part | Promise<Part>;
}
