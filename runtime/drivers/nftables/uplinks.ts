// Which NIC an uplink is: the one on the segment's bridge that is not a device of ours.
import { z } from 'zod';
import { type Host, runChecked } from '../../host/host.ts';
import { deviceName } from '../../host/linux/device-name.ts';
import type { Address } from '../../model/address.ts';
import { GatewrightError } from '../../model/errors.ts';
import { kindOf, type Link } from './encode/layout.ts';
import type { Surroundings } from './encode/surroundings.ts';

const Links = z.array(z.object({ ifname: z.string().optional(), master: z.string().optional() }));
const OWN = /^gw[sxpeiom][0-9a-f]{10}$/;

/** NICs on a segment's bridge, by bridge. One spawned command. @throws GW_HOST_UNEXPECTED */
export async function readForeignMembers(host: Host, signal?: AbortSignal): Promise<ReadonlyMap<string, string[]>> {
  const text = await runChecked(host, ['ip', '-j', 'link', 'show'], signal === undefined ? {} : { signal });
  const parsed = Links.safeParse(JSON.parse(text));
  if (!parsed.success) throw new GatewrightError('GW_HOST_UNEXPECTED', 'ip listed links in an unknown form; report it');
  const members = new Map<string, string[]>();
  for (const { ifname, master } of parsed.data)
    if (ifname !== undefined && master !== undefined && !OWN.test(ifname))
      members.set(master, [...(members.get(master) ?? []), ifname]);
  return members;
}

export function hasUplinks(links: readonly Link[]): boolean {
  return links.some(link => kindOf(link.port) === 'uplink');
}

/** Cards of the box that the tables have to name. */
type Cards = Pick<Surroundings, 'uplinks' | 'cards'>;

/**
 * NIC of each policed uplink, and those on segments with a proxied link.
 * @throws GW_HOST_UNEXPECTED when the segment of a policed uplink has no NIC or several
 */
export async function resolveCards(host: Host, links: readonly Link[], signal?: AbortSignal): Promise<Cards> {
  const proxied = links.filter(link => link.proxied !== undefined);
  if (!hasUplinks(links) && proxied.length === 0) return { uplinks: {}, cards: {} };
  const members = await readForeignMembers(host, signal);
  const uplinks = links.filter(link => kindOf(link.port) === 'uplink');
  return {
    uplinks: Object.fromEntries(uplinks.map(link => [link.port, uplinkOf(link, members)])),
    cards: Object.fromEntries(proxied.map(({ segment }) => [segment, members.get(deviceName('gws', segment)) ?? []])),
  };
}

function uplinkOf(link: Link, members: ReadonlyMap<string, readonly string[]>): string {
  const nics = members.get(deviceName('gws', link.segment)) ?? [];
  if (nics.length === 1 && nics[0] !== undefined) return nics[0];
  const found = nics.length === 0 ? 'no NIC' : `${nics.length} NICs (${nics.join(', ')})`;
  const message = `the bridge of ${link.segment} has ${found} where ${link.port} is expected; mend the bridge, then apply again`;
  throw new GatewrightError('GW_HOST_UNEXPECTED', message, { address: link.port });
}

/** Links whose uplink is still the NIC that the tables name. The others have no effect. */
export function effectiveLinks(
  links: readonly Link[],
  uplinks: Readonly<Record<Address, string>>,
  members: ReadonlyMap<string, readonly string[]>,
): Link[] {
  return links.filter(link => {
    if (kindOf(link.port) !== 'uplink') return true;
    return members.get(deviceName('gws', link.segment))?.includes(uplinks[link.port] ?? '') ?? false;
  });
}
