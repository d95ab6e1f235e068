// The device that carries a segment out of the box: VXLAN for an overlay (RFC 7348), 802.1Q for a tagged uplink. Pure.
import type { Link } from '../../host/linux/links.ts';
import { claimedLink } from '../../host/linux/uplink-claim.ts';
import { GatewrightError } from '../../model/errors.ts';
import type { Resource } from '../../model/resource.ts';

/** UDP port of VXLAN [RFC 7348 section 5, IANA]; Linux's own default is an older one. */
const VXLAN_PORT = 4789;

export interface TunnelDevice {
  readonly type: 'vxlan' | 'vlan';
  readonly lower?: string;
  readonly options: readonly string[];
  /** All stations behind it are entered by hand, so the bridge need not learn them. */
  readonly stationsKnown: boolean;
  /** Whether an existing device is already so; what differs cannot be changed in place. */
  fits(link: Link): boolean;
}

/**
 * What a segment needs; `undefined` when it stays in the box or is plugged straight into a card.
 * @throws GatewrightError GW_NETWORK_DEVICE_MISSING when no card has the tunnel address, GW_NETWORK_ORDER
 */
export function tunnelDevice(segment: Resource<'segment'>, links: readonly Link[]): TunnelDevice | undefined {
  if (segment.spec.mode === 'overlay') return vxlan(segment, links);
  return segment.spec.mode === 'vlan' && segment.spec.uplink !== undefined ? vlan(segment, links) : undefined;
}

function vxlan({ address, spec }: Resource<'segment'>, links: readonly Link[]): TunnelDevice {
  const { vni, tunnelAddress } = spec;
  if (vni === undefined || tunnelAddress === undefined)
    throw new GatewrightError('GW_BUG', `${address} is an overlay without VNI or tunnel address; report this`, {
      address,
    });
  if (!links.some(link => link.addresses.some(text => text.startsWith(`${tunnelAddress}/`)))) {
    const message = `no network card has the tunnel address ${tunnelAddress}; give it one or correct the gateway node`;
    throw new GatewrightError('GW_NETWORK_DEVICE_MISSING', message, { address });
  }
  return {
    type: 'vxlan',
    options: ['id', String(vni), 'local', tunnelAddress, 'dstport', String(VXLAN_PORT), 'nolearning'],
    stationsKnown: true,
    fits: ({ type, details }) =>
      type === 'vxlan' &&
      details.id === vni &&
      details.local === tunnelAddress &&
      details.port === VXLAN_PORT &&
      details.learning === false,
  };
}

function vlan({ address, spec }: Resource<'segment'>, links: readonly Link[]): TunnelDevice {
  const { vlan: id, uplink } = spec;
  if (id === undefined || uplink === undefined)
    throw new GatewrightError('GW_BUG', `${address} is a VLAN without id or uplink; report this`, { address });
  const card = claimedLink(links, uplink, address);
  return {
    type: 'vlan',
    lower: card.name,
    options: ['id', String(id)],
    stationsKnown: false,
    fits: ({ type, lower, details }) => type === 'vlan' && lower === card.name && details.id === id,
  };
}
