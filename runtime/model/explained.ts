// Why something passes the firewalls of a drawing or does not, as people are told of it. Plain JSON at every boundary.
import type { Address, Name } from './address.ts';

export interface NamedRule {
  readonly rule: Name;
  /** Place in the firewall as it is drawn, from 1. */
  readonly number: number;
}

/** What one firewall said. */
export interface ExplainedGuard {
  readonly firewall: Name;
  /** Of networks: the device's end of the link. */
  readonly port?: Address;
  readonly accepted: boolean;
  /** Absent = no rule fits, and what fits none is denied. */
  readonly by?: NamedRule;
  /** The rule that decided has a rate; `accepted` says what becomes of what is above it. */
  readonly aboveRate?: { readonly accepted: boolean; readonly by?: NamedRule };
  /** Of what was denied: the rule that nearly accepted, and what would have to be otherwise, in sentences without a full stop. */
  readonly nearest?: NamedRule & { readonly differs: readonly string[] };
}

export interface Explained {
  /** What was asked about, in words. */
  readonly says: string;
  readonly accepted: boolean;
  /** In the order in which they are met, up to the one that denies; empty = no firewall is in between. */
  readonly guards: readonly ExplainedGuard[];
  /** Attestation gates that stand before them: while one is closed, it denies too. */
  readonly gates: readonly Address<'gate'>[];
}

/** A packet on a segment of a network. */
export interface ExplainedPacket extends Explained {
  readonly segment: Address<'segment'>;
  /** Where it comes from and goes to, as far as the drawing tells. */
  readonly from?: Address;
  readonly to?: Address;
  /** Port security refuses it: nobody at its port may send from this address. */
  readonly spoofed: boolean;
  /** Modbus TCP on a guarded link, which its proxy judges request by request. */
  readonly proxied: boolean;
}

/** The same question to the rules that run and to those that are drawn; absent = there it has no answer. */
export interface Asked<T> {
  readonly running?: T;
  readonly drawn?: T;
}
