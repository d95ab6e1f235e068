// The mark of ownership on a network device: our tag in its alias. What carries someone else's alias is not ours. A device
// without an alias that bears the name we derive from an address is a half-made one of ours: the name is a hash of that
// address, and the alias is set right after the device is made.
import type { Address, Kind, Name } from '../../model/address.ts';
import { parseAddress } from '../../model/address.ts';
import { GatewrightError } from '../../model/errors.ts';
import { formatTag, parseTag, type Tag } from '../../model/tag.ts';
import type { BatchLine } from './ip.ts';
import type { Link } from './links.ts';

/** Kernel limit of an alias in bytes (IFALIASZ less its final zero). */
const MAX_ALIAS_BYTES = 255;

export interface OwnTag<K extends Kind> {
  readonly address: Address<K>;
  readonly generation: number;
  readonly facts: Readonly<Record<string, string>>;
}

/** Text for a device's alias. @throws GatewrightError GW_NETWORK_TAG_TOO_LONG */
export function aliasFor(tag: Tag): string {
  const text = formatTag(tag);
  if (Buffer.byteLength(text) <= MAX_ALIAS_BYTES) return text;
  const message = `${tag.address} has names and addresses of ${text.length} characters, a device carries ${MAX_ALIAS_BYTES}; use shorter names or fewer addresses`;
  throw new GatewrightError('GW_NETWORK_TAG_TOO_LONG', message, { address: tag.address });
}

/** The tag on a device when it names a resource of this kind on this gateway. */
export function ownTag<K extends Kind>(link: Link, kind: K, gateway: Name): OwnTag<K> | undefined {
  const tag = parseTag(link.alias);
  if (tag === undefined) return undefined;
  const parts = parseAddress(tag.address);
  if (parts?.kind !== kind || parts.gateway !== gateway) return undefined;
  return { address: tag.address as Address<K>, generation: tag.generation, facts: tag.facts ?? {} };
}

/** Whether a device is ours to change: of the type we make and tagged with `address`, or not tagged yet. */
export function isOwnLink(link: Link, type: string, address: Address): boolean {
  return link.type === type && (link.alias === '' || parseTag(link.alias)?.address === address);
}

/**
 * Finds a device by its name and makes sure that it is ours to change.
 * @throws GatewrightError GW_NETWORK_FOREIGN when it is of another type or bears an alias that is not `address`'s tag
 */
export function ownLink(links: readonly Link[], name: string, type: string, address: Address): Link | undefined {
  const link = links.find(candidate => candidate.name === name);
  if (link === undefined || isOwnLink(link, type, address)) return link;
  const message = `${name}, the device for ${address}, exists and is someone else's (alias ${JSON.stringify(link.alias.slice(0, 80))}); rename or remove it`;
  throw new GatewrightError('GW_NETWORK_FOREIGN', message, { address });
}

export interface LinkRename<K extends Kind> {
  readonly type: string;
  readonly from: { readonly name: string; readonly address: Address<K> };
  readonly to: { readonly name: string; readonly address: Address<K> };
}

/**
 * Lines that give a device of ours the name and the tag of the address its resource was renamed to; none when that is
 * done. The tag goes first: a device under the new name must not bear the old address.
 */
export function renameLines<K extends Kind>(links: readonly Link[], rename: LinkRename<K>): readonly BatchLine[] {
  const { from, to, type } = rename;
  const old = links.find(link => link.name === from.name);
  if (old === undefined || links.some(link => link.name === to.name)) return [];
  if (!isOwnLink(old, type, from.address) && !isOwnLink(old, type, to.address)) return [];
  const tag = parseTag(old.alias);
  return [
    ['link', 'set', 'dev', old.name, 'alias', aliasFor({ generation: 0, ...tag, address: to.address })],
    // WHY down: kernels before 6.2 refuse to rename a device that is up.
    ['link', 'set', 'dev', old.name, 'down'],
    ['link', 'set', 'dev', old.name, 'name', to.name],
    ['link', 'set', 'dev', to.name, 'up'],
  ];
}
