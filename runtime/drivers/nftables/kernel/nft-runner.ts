// What the library and the program have in common. Knows nothing of either.
import type { Family } from './table.ts';

export interface NftAnswer {
  readonly ok: boolean;
  /** What nft printed on standard output. */
  readonly output: string;
  /** What it said went wrong. */
  readonly error: string;
}

/** What can be listed. Names are ours or were read from the kernel and checked. */
export type Listing =
  | readonly ['tables']
  | readonly ['table', Family, string]
  | readonly ['chain', Family, string, string];

/** `json`: everything; `outline`: as people read it, without the elements of sets. */
export type Form = 'json' | 'outline';

/** The library or the program. */
export interface NftRunner {
  readonly via: 'library' | 'command';
  /** @param text  nftables JSON */
  run(text: string, signal?: AbortSignal): Promise<NftAnswer>;
  list(what: Listing, form: Form, signal?: AbortSignal): Promise<NftAnswer>;
  close(): Promise<void>;
}
