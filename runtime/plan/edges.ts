// The graph of drafts while it is being built: who waits for whom, by address.
import type { Address } from '../model/address.ts';
import { topologicalOrder } from './dag.ts';
import type { Draft, Drafts } from './draft.ts';
import { compareText } from './layers.ts';

export interface Ordered {
  readonly draft: Draft;
  /** Drafts that must be done first. Sorted by address. */
  readonly needs: readonly Draft[];
}

export class Edges {
  readonly #drafts: Drafts;
  readonly #needs: Map<Address, Set<Address>>;

  constructor(drafts: Drafts) {
    this.#drafts = drafts;
    this.#needs = new Map([...drafts.keys()].map(address => [address, new Set()]));
  }

  has(address: Address): boolean {
    return this.#drafts.has(address);
  }

  isRemoval(address: Address): boolean {
    return this.#drafts.get(address)?.action === 'remove';
  }

  /** Makes `later` wait for `first`; nothing to do when either has no draft. */
  add(later: Address, first: Address): void {
    if (later !== first && this.has(first)) this.#needs.get(later)?.add(first);
  }

  /** Makes the removal of `used` wait for `user`; nothing to do when `used` stays. */
  addRemoval(used: Address, user: Address): void {
    if (this.isRemoval(used)) this.add(used, user);
  }

  /** An address and everything it waits for so far. */
  closure(address: Address): ReadonlySet<Address> {
    const found = new Set([address]);
    for (const member of found) for (const need of this.#needs.get(member) ?? []) found.add(need);
    return found;
  }

  /** All drafts, each after those it waits for. */
  sorted(): readonly Ordered[] {
    const draftsOf = (addresses: Iterable<string>) =>
      [...addresses].flatMap(address => this.#drafts.get(address as Address) ?? []);
    return draftsOf(topologicalOrder(this.#needs)).map(draft => {
      const needs = [...(this.#needs.get(draft.address) ?? [])].sort(compareText);
      return { draft, needs: draftsOf(needs) };
    });
  }
}
