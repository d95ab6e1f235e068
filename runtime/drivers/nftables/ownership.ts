// Which tables are ours: the tag and the tenant in the chain `gw_tag` of each. The table's name alone proves nothing.
import { parseAddress } from '../../model/address.ts';
import { parseTag, type Tag } from '../../model/tag.ts';
import { commentParts, rulesOf } from './kernel/lookup.ts';
import type { Family, NftChain, NftTable } from './kernel/table.ts';
import { TAG_CHAIN } from './kernel/table.ts';

export const FAMILIES: readonly Family[] = ['bridge', 'inet'];
export const TABLE_NAME = /^gwt[0-9a-f]{10}$/;

/** The tag of a table; `undefined` when it is not a policy of ours. */
export function tagOf(table: NftTable | undefined): Tag | undefined {
  return tagIn(table?.chains.find(chain => chain.name === TAG_CHAIN));
}

/** The tag in a table's chain `gw_tag`. */
export function tagIn(chain: NftChain | undefined): Tag | undefined {
  const tags = (chain?.rules ?? []).flatMap(rule => parseTag(rule.comment ?? '') ?? []);
  return tags.find(tag => parseAddress(tag.address)?.kind === 'policy');
}

/** How many bindings and links a table was written with; -1 when it does not say. */
export function partsOf(table: NftTable): { readonly bindings: number; readonly links: number } {
  const remarks = rulesOf(table, TAG_CHAIN).map(rule => commentParts(rule, /^bindings=(\d{1,5}) links=(\d{1,5})$/));
  const [bindings = '-1', links = '-1'] = remarks.find(parts => parts !== undefined) ?? [];
  return { bindings: Number(bindings), links: Number(links) };
}

/** The tenant a table says it is for; '' when it does not say. */
export function tenantOf(table: NftTable): string {
  const names = rulesOf(table, TAG_CHAIN).flatMap(rule => commentParts(rule, /^tenant=(\S{1,32})$/) ?? []);
  return names[0] ?? '';
}
