// Which tables are ours: the tag and the tenant in the chain `gw_tag` of each. The table's name alone proves nothing.
import { parseAddress } from '../../model/address.ts';
import { parseTag, type Tag } from '../../model/tag.ts';
import { TAG_CHAIN } from './encode/layout.ts';
import { commentParts, rulesOf } from './kernel/lookup.ts';
import type { Family, NftTable } from './kernel/table.ts';

export const FAMILIES: readonly Family[] = ['bridge', 'inet'];
export const TABLE_NAME = /^gwt[0-9a-f]{10}$/;

/** The tag of a table; `undefined` when it is not a policy of ours. */
export function tagOf(table: NftTable | undefined): Tag | undefined {
  if (table === undefined) return undefined;
  const tags = rulesOf(table, TAG_CHAIN).flatMap(rule => parseTag(rule.comment ?? '') ?? []);
  return tags.find(tag => parseAddress(tag.address)?.kind === 'policy');
}

/** The tenant a table says it is for; '' when it does not say. */
export function tenantOf(table: NftTable): string {
  const names = rulesOf(table, TAG_CHAIN).flatMap(rule => commentParts(rule, /^tenant=(\S{1,32})$/) ?? []);
  return names[0] ?? '';
}
