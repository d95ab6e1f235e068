// Which kinds stand on which: the one place that knows the direction of references between kinds.
import type { Address, Kind } from '../model/address.ts';

/** A kind refers only to kinds of lower layers when it needs them; a policy also names what it guards, above it. */
export const LAYERS = {
  ...{ uplink: 0, gate: 0, segment: 1, port: 2, policy: 2, edge: 3, proxy: 3, vm: 3, line: 4, device: 4 },
} as const satisfies Record<Kind, number>;

interface Placed {
  readonly address: Address;
  readonly kind: Kind;
}

/** Sorts what carries others first, then by address. */
export function byLayer<T extends Placed>(things: readonly T[]): readonly T[] {
  return [...things].sort((a, b) => LAYERS[a.kind] - LAYERS[b.kind] || compareText(a.address, b.address));
}

/** Compares text by code unit, the same everywhere (localeCompare is not). */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
