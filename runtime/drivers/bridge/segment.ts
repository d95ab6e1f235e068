// Segments: one bridge each, with a VXLAN device for an overlay, a VLAN device or a borrowed card for what is wired straight
// to an uplink. The host has no address on a bridge and does not answer there.
import type { Host } from '../../host/host.ts';
import { listFdb } from '../../host/linux/fdb.ts';
import { type BatchLine, bridgeBatch, ipBatch } from '../../host/linux/ip.ts';
import { isOwnLink, renameLines } from '../../host/linux/link-tag.ts';
import { type Link, listLinks, listLinksWithAddresses } from '../../host/linux/links.ts';
import { kernelCan } from '../../host/linux/probe.ts';
import type { Address } from '../../model/address.ts';
import type { Driver, DriverFacts, DriverWorld, Handle, StepContext } from '../../model/driver.ts';
import type { Resource } from '../../model/resource.ts';
import { forwardingLines } from './forwarding.ts';
import { membersOf, segmentDevices } from './segment-devices.ts';
import { segmentLines } from './segment-lines.ts';
import { observeSegments } from './segment-observe.ts';

const FACTS: Omit<DriverFacts<'segment'>, 'lacks'> = {
  kind: 'segment',
  driver: 'bridge',
  label: 'real',
  mutable: {
    tenant: 'live',
    vswitch: 'live',
    mode: 'live',
    mtu: 'live',
    vni: 'live',
    tunnelAddress: 'live',
    peers: 'live',
    vlan: 'live',
    uplink: 'live',
  },
  renames: true,
  rebuildWith: ['uplink'],
  seconds: { create: 0.3, update: 0.2, restart: 0.3, remove: 0.2 },
  losesState: false,
};

export const segmentDriver: Driver<'segment', Host> = {
  kind: 'segment',
  name: 'bridge',
  connect: async world => ({ facts: { ...FACTS, lacks: await probe(world.host) }, handle: segmentHandle(world) }),
};

async function probe(host: Host): Promise<Record<string, string>> {
  const [vxlan, vlan] = await Promise.all([
    kernelCan(host, ['link add name probe type vxlan id 1 dstport 4789 nolearning']),
    kernelCan(host, ['link add name probe0 type bridge', 'link add link probe0 name probe1 type vlan id 1']),
  ]);
  return {
    ...(vxlan ? {} : { overlay: 'this kernel has no VXLAN (module vxlan)' }),
    ...(vlan ? {} : { vlan: 'this kernel has no 802.1Q (module 8021q)' }),
  };
}

function segmentHandle({ host, gateway }: DriverWorld<Host>): Handle<'segment'> {
  const ensure = async (resource: Resource<'segment'>, context: StepContext, was?: Address<'segment'>) => {
    const options = { signal: context.signal };
    if (was !== undefined) await rename(host, was, resource.address, context);
    await ipBatch(
      host,
      segmentLines(resource, context.generation, await listLinksWithAddresses(host, options)),
      options,
    );
    await keepHostAway(host, resource.address);
    await bridgeBatch(host, forwardingLines(resource, await listFdb(host, options)), options);
  };
  return {
    async observe(signal) {
      const [links, fdb] = await Promise.all([listLinks(host, { signal }), listFdb(host, { signal })]);
      return observeSegments(links, fdb, gateway.name);
    },
    create: ensure,
    update: (resource, _changes, context, was) => ensure(resource, context, was),
    async remove(address, { signal }) {
      await ipBatch(host, removeLines(address, await listLinks(host, { signal })), { signal });
    },
    close: async () => {},
  };
}

/**
 * The host answers no ARP on the bridge (see segment-lines.ts) and takes no packet from it: with a strict reverse path
 * [RFC 3704 section 2.2] no sender is plausible on a device that no route points to.
 */
async function keepHostAway(host: Host, address: Address<'segment'>): Promise<void> {
  await host.writeKernelFile(`/proc/sys/net/ipv4/conf/${segmentDevices(address).bridge}/rp_filter`, '1');
}

async function rename(host: Host, was: Address<'segment'>, address: Address<'segment'>, { signal }: StepContext) {
  const links = await listLinks(host, { signal });
  const [old, now] = [segmentDevices(was), segmentDevices(address)];
  const tunnelType = links.find(link => link.name === old.tunnel)?.type ?? 'vxlan';
  await ipBatch(
    host,
    [
      ...renameLines(links, {
        type: tunnelType,
        from: { name: old.tunnel, address: was },
        to: { name: now.tunnel, address },
      }),
      ...renameLines(links, {
        type: 'bridge',
        from: { name: old.bridge, address: was },
        to: { name: now.bridge, address },
      }),
    ],
    { signal },
  );
}

/** A borrowed card is given back, our own devices go; whatever else was plugged in stays where it is, unplugged. */
function removeLines(address: Address<'segment'>, links: readonly Link[]): readonly BatchLine[] {
  const { bridge, tunnel } = segmentDevices(address);
  const own = (name: string, types: readonly string[]) =>
    links.filter(link => link.name === name && types.some(type => isOwnLink(link, type, address)));
  const bridges = own(bridge, ['bridge']);
  const cards = bridges.length === 0 ? [] : membersOf(bridge, links).cards;
  return [
    ...cards.map(card => ['link', 'set', 'dev', card.name, 'nomaster']),
    ...[...own(tunnel, ['vxlan', 'vlan']), ...bridges].map(link => ['link', 'del', 'dev', link.name]),
  ];
}
