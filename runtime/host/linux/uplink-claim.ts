// Which network card an uplink has borrowed. The card is the host's and its alias may be the administrator's, so the claim
// is an alternative name of the card (`ip link property`): kernel-held, additive, visible in `ip link`, gone when dropped.
import { type Address, type Name, parseAddress } from '../../model/address.ts';
import { GatewrightError } from '../../model/errors.ts';
import { InterfaceRole } from '../../model/kinds/uplink.ts';
import type { Link } from './links.ts';

export interface UplinkClaim {
  readonly address: Address<'uplink'>;
  readonly generation: number;
  readonly role: InterfaceRole;
  /** The alternative name itself. */
  readonly altname: string;
}

/** Kernel limit of an alternative name (ALTIFNAMSIZ less its final zero). */
const MAX_ALTNAME_BYTES = 127;
const CLAIM = /^gatewright:(uplink\.[^;:\s]{1,40}):([^;:\s]{1,80});generation=(\d{1,10});role=([a-z]+)$/;

/**
 * The alternative name that says `address` has borrowed the card. A name cannot hold a slash, so a colon stands for it.
 * @throws GatewrightError GW_NETWORK_TAG_TOO_LONG
 */
export function formatClaim(claim: Omit<UplinkClaim, 'altname'>): string {
  const text = `gatewright:${claim.address.replace('/', ':')};generation=${claim.generation};role=${claim.role}`;
  if (Buffer.byteLength(text) <= MAX_ALTNAME_BYTES) return text;
  const message = `${claim.address} has a name too long for a network card to carry; use a shorter one`;
  throw new GatewrightError('GW_NETWORK_TAG_TOO_LONG', message, { address: claim.address });
}

/** Reads an alternative name; `undefined` when it is not a claim of ours. */
export function parseClaim(altname: string): UplinkClaim | undefined {
  const match = CLAIM.exec(altname);
  const role = InterfaceRole.safeParse(match?.[4]);
  if (match === null || !role.success) return undefined;
  const address = `${match[1]}/${match[2]}`;
  if (parseAddress(address)?.kind !== 'uplink') return undefined;
  return { address: address as Address<'uplink'>, generation: Number(match[3]), role: role.data, altname };
}

/** All claims a card carries, of whatever gateway. */
export function claimsOn(link: Link): readonly UplinkClaim[] {
  return link.altnames.map(parseClaim).filter(claim => claim !== undefined);
}

/** The uplink of this gateway that has borrowed a card. */
export function claimOf(link: Link | undefined, gateway: Name): UplinkClaim | undefined {
  if (link === undefined) return undefined;
  return claimsOn(link).find(claim => parseAddress(claim.address)?.gateway === gateway);
}

/**
 * The card an uplink has borrowed.
 * @throws GatewrightError GW_NETWORK_ORDER when no card carries its claim
 */
export function claimedLink(links: readonly Link[], uplink: Address<'uplink'>, wantedBy: Address): Link {
  const link = links.find(candidate => claimsOn(candidate).some(claim => claim.address === uplink));
  if (link !== undefined) return link;
  const message = `${wantedBy} needs ${uplink}, which has no network card yet; plan again`;
  throw new GatewrightError('GW_NETWORK_ORDER', message, { address: wantedBy });
}
