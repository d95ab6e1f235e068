// What an nftables table is to us: sets, chains and rules as plain data, the same for what we write and what we read.
// Knows nothing of policies and nothing of how nftables is reached.

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
export type Family = 'bridge' | 'inet';

/** Chain that says, in comments, whose a table is. */
export const TAG_CHAIN = 'gw_tag';

export interface Counter {
  readonly packets: number;
  readonly bytes: number;
}

/** One rule. A counter statement stands in `expr` without figures (`{ counter: null }`); the figures stand beside it. */
export interface NftRule {
  readonly expr: readonly Json[];
  readonly comment?: string;
  readonly counter?: Counter;
  /** The kernel's number of a rule that was read. */
  readonly handle?: number;
}

/** Where the kernel enters a base chain, and in which order among others. */
export interface Hook {
  readonly type: string;
  readonly hook: string;
  readonly prio: number;
  readonly policy: string;
}

export interface NftChain {
  readonly name: string;
  readonly hook?: Hook;
  readonly rules: readonly NftRule[];
}

/** One element of a set, or of a map when it has a value. */
export interface NftElement {
  readonly key: Json;
  readonly value?: Json;
  readonly comment?: string;
  readonly counter?: Counter;
}

export interface NftSet {
  readonly name: string;
  readonly type: Json;
  /** What a map maps to (`mark`, `verdict`); absent = a set. */
  readonly maps?: string;
  readonly flags: readonly string[];
  /** Every element counts what it matches. */
  readonly counted: boolean;
  /** Most elements of a set that rules add to; absent where they do not. Not read. */
  readonly size?: number;
  readonly elements: readonly NftElement[];
}

export interface NftTable {
  readonly family: Family;
  readonly name: string;
  /** Flags such as `dormant`, which switches a whole table off. Ours have none. */
  readonly flags: readonly string[];
  /** Objects of kinds we never make, such as `quota x`. */
  readonly others: readonly string[];
  readonly sets: readonly NftSet[];
  readonly chains: readonly NftChain[];
}
