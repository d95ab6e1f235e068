// What will change. A plan is plain JSON with a hash, bound to the observation it was made from.
import type { Address, Kind, Name } from './address.ts';
import type { BackendLabel } from './gateway.ts';
import type { Source } from './resource.ts';

export const PLAN_VERSION = 1;

/** `replace` = remove and create again; it is one step so that nobody can approve half of it. */
export type Action = 'create' | 'update' | 'replace' | 'remove';

export interface FieldChange {
  /** Path inside the spec, `memoryMiB` or `links[plc-guard].rules[modbus].ports[0]`; `address` for a rename. */
  readonly field: string;
  readonly from?: unknown;
  readonly to?: unknown;
  /** In an update: in place, or by a restart of what holds the field. Absent in any other step. */
  readonly how?: 'live' | 'restart';
}

export interface Impact {
  /** Tenants that notice. Sorted. */
  readonly tenants: readonly Name[];
  /** Ports or VMs that lose traffic while the step runs, or for good when it removes what carries them. Sorted. */
  readonly dark: readonly Address[];
  /** Estimate in seconds; 0 = nobody notices. Of a removal: how long it takes. */
  readonly darkSeconds: number;
  /** A VM is restarted (or made anew). */
  readonly restartsVm: boolean;
  /** False when rolling back cannot bring back what this step destroys (a VM's disk state). */
  readonly reversible: boolean;
}

export interface Step {
  /** `<action> <address>`; unique within a plan. */
  readonly id: string;
  readonly action: Action;
  readonly address: Address;
  readonly kind: Kind;
  readonly tenant?: Name;
  readonly changes: readonly FieldChange[];
  /** Ids of steps that must be done first. Sorted. */
  readonly needs: readonly string[];
  readonly impact: Impact;
  /** Why, in words for the user. */
  readonly reason: string;
  /**
   * Set when the step renames: an update finds the resource by this address, a replace removes this address first.
   */
  readonly was?: Address;
  readonly source?: Source;
}

/** Who realizes a kind, where a back end has several ways. */
export interface PlannedDriver {
  readonly kind: Kind;
  readonly driver: string;
  readonly label: BackendLabel;
  /** Why this one, in words. */
  readonly because: string;
}

export interface Plan {
  readonly version: typeof PLAN_VERSION;
  readonly gateway: Name;
  readonly label: BackendLabel;
  /** For kinds that steps are about; absent when no driver was a choice. */
  readonly drivers?: readonly PlannedDriver[];
  readonly generation: { readonly from: number; readonly to: number };
  readonly designHash: string;
  /** Hash of the observation the plan was made from (specs and generation only). */
  readonly observedHash: string;
  /** In an order that respects `needs`. */
  readonly steps: readonly Step[];
  /** Hash of everything above. Approval and apply name this. */
  readonly hash: string;
}
