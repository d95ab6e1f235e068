// Uplinks: network cards of the host that the drawing borrows. A card is never made, deleted or given an address; it is
// claimed by an alternative name (see host/linux/uplink-claim.ts) and switched on. Removing an uplink drops the claim.
import type { Host } from '../../host/host.ts';
import { type BatchLine, ipBatch } from '../../host/linux/ip.ts';
import { type Link, listLinks } from '../../host/linux/links.ts';
import { kernelCan } from '../../host/linux/probe.ts';
import { claimOf, claimsOn, formatClaim } from '../../host/linux/uplink-claim.ts';
import type { Address, Name } from '../../model/address.ts';
import type { Driver, DriverFacts, DriverWorld, Handle, StepContext } from '../../model/driver.ts';
import { GatewrightError } from '../../model/errors.ts';
import type { ObservedResource } from '../../model/observed.ts';
import type { Resource } from '../../model/resource.ts';
import { parseTag } from '../../model/tag.ts';

const FACTS: Omit<DriverFacts<'uplink'>, 'lacks'> = {
  kind: 'uplink',
  driver: 'bridge',
  label: 'real',
  // Another card is another uplink: what is built on the old card has to be built anew.
  mutable: { role: 'live' },
  renames: true,
  rebuildWith: [],
  seconds: { create: 0.1, update: 0.1, restart: 0.1, remove: 0.1 },
  losesState: false,
};

export const uplinkDriver: Driver<'uplink', Host> = {
  kind: 'uplink',
  name: 'bridge',
  connect: async world => ({ facts: { ...FACTS, lacks: await probe(world.host) }, handle: uplinkHandle(world) }),
};

async function probe(host: Host): Promise<Record<string, string>> {
  const names = await kernelCan(host, ['link add name probe type bridge', 'link property add dev probe altname other']);
  return names ? {} : { '*': 'this kernel or iproute2 has no alternative names (Linux 5.5, iproute2 5.4)' };
}

function uplinkHandle({ host, gateway }: DriverWorld<Host>): Handle<'uplink'> {
  const ensure = async (resource: Resource<'uplink'>, context: StepContext, was?: Address<'uplink'>) => {
    const links = await listLinks(host, { signal: context.signal });
    await ipBatch(host, claimLines(resource, context.generation, links, was), { signal: context.signal });
  };
  return {
    observe: async signal => observeUplinks(await listLinks(host, { signal }), gateway.name),
    create: ensure,
    update: (resource, _changes, context, was) => ensure(resource, context, was),
    async remove(address, { signal }) {
      const links = await listLinks(host, { signal });
      await ipBatch(
        host,
        links.flatMap(link => [...unplugLines(link, links, address), ...dropLines(link, address)]),
        { signal },
      );
    },
    close: async () => {},
  };
}

/** A card that is switched off plays no role, so its `role` is missing; a cable that is out shows in the status only. */
function observeUplinks(links: readonly Link[], gateway: Name): readonly ObservedResource<'uplink'>[] {
  return links.flatMap(link => {
    const claim = claimOf(link, gateway);
    if (claim === undefined) return [];
    const { address, generation, role } = claim;
    const spec = { device: link.name, ...(link.up ? { role } : {}) };
    const status = { device: link.name, up: link.up, carrier: link.carrier, mac: link.mac, mtu: link.mtu };
    return [{ address, kind: 'uplink' as const, spec, generation, status }];
  });
}

/** @throws GatewrightError GW_NETWORK_DEVICE_MISSING, GW_NETWORK_FOREIGN when another uplink has the card */
function claimLines(
  resource: Resource<'uplink'>,
  generation: number,
  links: readonly Link[],
  was?: Address<'uplink'>,
): readonly BatchLine[] {
  const { address, spec } = resource;
  const card = findCard(links, resource);
  const mine = new Set([address, was]);
  const other = claimsOn(card).find(claim => !mine.has(claim.address));
  if (other !== undefined) {
    const message = `${spec.device} is already lent to ${other.address}; one of the two has to go`;
    throw new GatewrightError('GW_NETWORK_FOREIGN', message, { address });
  }
  const altname = formatClaim({ address, generation, role: spec.role });
  const stale = links.flatMap(link => [...dropLines(link, address, altname), ...dropLines(link, was, altname)]);
  const claimed = card.altnames.includes(altname);
  // The new claim comes before the old one goes, so that a crash in between leaves no card without one.
  return [
    ...(claimed ? [] : [['link', 'property', 'add', 'dev', card.name, 'altname', altname]]),
    ...stale,
    ...(card.up ? [] : [['link', 'set', 'dev', card.name, 'up']]),
  ];
}

function findCard(links: readonly Link[], { address, spec }: Resource<'uplink'>): Link {
  const card = links.find(link => link.name === spec.device);
  if (card !== undefined) return card;
  const message = `the gateway has no network card ${spec.device}; plug it in or correct the device in the drawing`;
  throw new GatewrightError('GW_NETWORK_DEVICE_MISSING', message, { address });
}

function dropLines(link: Link, address: Address | undefined, keep?: string): readonly BatchLine[] {
  return claimsOn(link)
    .filter(claim => claim.address === address && claim.altname !== keep)
    .map(claim => ['link', 'property', 'del', 'dev', link.name, 'altname', claim.altname]);
}

/** A card that is still plugged into a segment of ours is given back: without its claim nobody would know that it was lent. */
function unplugLines(link: Link, links: readonly Link[], address: Address<'uplink'>): readonly BatchLine[] {
  const lent = claimsOn(link).some(claim => claim.address === address);
  const master = links.find(candidate => candidate.name === link.master);
  const ours = master !== undefined && parseTag(master.alias) !== undefined;
  return lent && ours ? [['link', 'set', 'dev', link.name, 'nomaster']] : [];
}
