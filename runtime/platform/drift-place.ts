// One difference among those of a gateway: which it is, and what people are told of it.
import type { DriftPlace } from '../model/drift.ts';

export function isAt(one: DriftPlace, { address, field }: DriftPlace): boolean {
  return one.address === address && one.field === field;
}

/** `memoryMiB of vm.cell-7/a`, or all of it. */
export function nameOf({ address, field }: DriftPlace): string {
  return field === '' ? address : `${field} of ${address}`;
}
