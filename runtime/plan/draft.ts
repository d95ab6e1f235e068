// A step in the making: what happens to one address, before order, impact and words are known.
import type { Address, Kind } from '../model/address.ts';
import type { ObservedResource } from '../model/observed.ts';
import type { Action, FieldChange } from '../model/plan.ts';
import type { Resource } from '../model/resource.ts';

export interface Draft {
  readonly action: Action;
  readonly address: Address;
  readonly kind: Kind;
  /** What shall be; absent when it is removed. */
  readonly resource?: Resource;
  /** What is, under this address or under `was`; absent when it is created. */
  readonly observed?: ObservedResource;
  readonly changes: readonly FieldChange[];
  readonly was?: Address;
  /** The rebuilt resource that this one cannot outlive; only in a replace that is a consequence. */
  readonly because?: Address;
}

/** Drafts by the address they leave behind (of a remove: the address that goes away). */
export type Drafts = ReadonlyMap<Address, Draft>;

/** `<action> <address>`, the id of the step. */
export function stepId(draft: Draft): string {
  return `${draft.action} ${draft.address}`;
}
