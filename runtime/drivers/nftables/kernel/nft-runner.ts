// What the library and the program have in common. Knows nothing of either.

export interface NftAnswer {
  readonly ok: boolean;
  /** What nft printed on standard output. */
  readonly output: string;
  /** What it said went wrong. */
  readonly error: string;
}

/** What can be listed. Names are ours or were read from the kernel. */
export type Listing =
  | { readonly tables: null }
  | { readonly table: { readonly family: string; readonly name: string } }
  | { readonly chain: { readonly family: string; readonly table: string; readonly name: string } };

/** The library or the program. */
export interface NftRunner {
  readonly via: 'library' | 'command';
  /** @param text  nftables JSON */
  run(text: string, signal?: AbortSignal): Promise<NftAnswer>;
  list(what: Listing, signal?: AbortSignal): Promise<NftAnswer>;
  close(): Promise<void>;
}
