// Reads segments back from bridges, VXLAN devices and forwarding tables. The bridge's alias carries only what no device
// shows: tenant, switch name, and the VLAN id of a segment that is tagged nowhere yet. Pure.
import type { FdbEntry } from '../../host/linux/fdb.ts';
import { type OwnTag, ownTag } from '../../host/linux/link-tag.ts';
import type { Link } from '../../host/linux/links.ts';
import { claimOf } from '../../host/linux/uplink-claim.ts';
import type { Address, Name } from '../../model/address.ts';
import type { Spec } from '../../model/kind.ts';
import type { ObservedResource } from '../../model/observed.ts';
import { readPeers } from './forwarding.ts';
import { membersOf, segmentDevices } from './segment-devices.ts';

type Observed = ObservedResource<'segment'>;

/** All segments of a gateway, half-made ones included (a tunnel device whose bridge is gone). */
export function observeSegments(links: readonly Link[], fdb: readonly FdbEntry[], gateway: Name): readonly Observed[] {
  const tags = new Map<Address<'segment'>, OwnTag<'segment'>>();
  for (const link of links) {
    const tag = ownTag(link, 'segment', gateway);
    // The bridge carries the full tag; a tunnel device only speaks for itself when its bridge is gone.
    if (tag !== undefined && (link.type === 'bridge' || !tags.has(tag.address))) tags.set(tag.address, tag);
  }
  return [...tags.values()].map(tag => observeSegment(tag, links, fdb, gateway));
}

function observeSegment(tag: OwnTag<'segment'>, links: readonly Link[], fdb: readonly FdbEntry[], gateway: Name) {
  const { address, generation, facts } = tag;
  const devices = segmentDevices(address);
  const bridge = links.find(link => link.name === devices.bridge && link.type === 'bridge');
  const tunnel = links.find(link => link.name === devices.tunnel && link.up && link.master === devices.bridge);
  const spec: Partial<Spec<'segment'>> = {
    ...(facts.tenant === undefined ? {} : { tenant: facts.tenant }),
    ...(facts.vswitch === undefined ? {} : { vswitch: facts.vswitch }),
    ...(bridge === undefined ? {} : { mtu: Math.min(bridge.mtu, tunnel?.mtu ?? bridge.mtu) }),
    ...(bridge?.up === true ? modeOf(facts, tunnel) : {}),
    ...vlanOf(facts, tunnel),
    ...vxlanOf(tunnel),
    peers: tunnel?.type === 'vxlan' ? [...readPeers(devices, fdb)] : [],
    ...uplinkOf(devices.bridge, tunnel, links, gateway),
  };
  const members = links.filter(link => link.master === devices.bridge).map(link => link.name);
  const status = { bridge: devices.bridge, up: bridge?.up === true, members };
  return { address, kind: 'segment' as const, spec, generation, status };
}

function modeOf(facts: Readonly<Record<string, string>>, tunnel: Link | undefined): Pick<Spec<'segment'>, 'mode'> {
  if (tunnel?.type === 'vxlan') return { mode: 'overlay' };
  return { mode: tunnel?.type === 'vlan' || facts.vlan !== undefined ? 'vlan' : 'local' };
}

function vlanOf(
  facts: Readonly<Record<string, string>>,
  tunnel: Link | undefined,
): Pick<Partial<Spec<'segment'>>, 'vlan'> {
  const id = tunnel?.type === 'vlan' ? tunnel.details.id : facts.vlan;
  return id === undefined ? {} : { vlan: Number(id) };
}

function vxlanOf(tunnel: Link | undefined): Pick<Partial<Spec<'segment'>>, 'vni' | 'tunnelAddress'> {
  if (tunnel?.type !== 'vxlan') return {};
  const { id, local } = tunnel.details;
  return {
    ...(typeof id === 'number' ? { vni: id } : {}),
    ...(typeof local === 'string' ? { tunnelAddress: local } : {}),
  };
}

/** The uplink whose card is plugged in, or whose card the VLAN device sits on. */
function uplinkOf(bridge: string, tunnel: Link | undefined, links: readonly Link[], gateway: Name) {
  const lower = tunnel?.type === 'vlan' ? links.find(link => link.name === tunnel.lower) : undefined;
  const claim = claimOf(lower ?? membersOf(bridge, links).cards[0], gateway);
  return claim === undefined ? {} : { uplink: claim.address };
}
