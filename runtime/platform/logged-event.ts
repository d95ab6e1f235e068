// What the Events view lists: who did what, and what gateways told, in one form.
import type { Address, Name } from '../model/address.ts';
import type { AuditEntry } from './platform-port.ts';

export interface LoggedEvent {
  /** Unix time in ms. */
  readonly atMs: number;
  readonly severity: 'info' | 'warning' | 'error';
  /** What somebody did, or what a gateway told. */
  readonly kind:
    | AuditEntry['action']
    | 'apply-started'
    | 'step-done'
    | 'step-failed'
    | 'apply-ended'
    | 'drift'
    | 'gate'
    | 'alarm';
  readonly gateway?: Name;
  /** Who did it; absent for what a gateway told. */
  readonly user?: string;
  /** At most 500 characters. */
  readonly text: string;
  readonly address?: Address;
  /** Node-RED id (or subflow path) of the node that the address was drawn at. */
  readonly node?: string;
}

/** A part of the log. */
export interface EventsPart {
  /** Which log this is: another run of the platform has another one. */
  readonly run: string;
  /** Where to go on from. */
  readonly next: number;
  /** Oldest first. */
  readonly events: readonly LoggedEvent[];
  /** Whether this is all that is known, not only what came after. */
  readonly whole: boolean;
}
