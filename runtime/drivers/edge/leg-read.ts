// Finds all legs of a gateway by the tags on their devices, and reads them. Writes nothing.
import type { Host } from '../../host/host.ts';
import { type OwnTag, ownTag } from '../../host/linux/link-tag.ts';
import { type Link, listLinks } from '../../host/linux/links.ts';
import type { Address } from '../../model/address.ts';
import type { DriverWorld } from '../../model/driver.ts';
import type { ObservedResource } from '../../model/observed.ts';
import { noted } from './dnsmasq.ts';
import { legDevices, legNamespaces, NETNS_FOLDER } from './leg-devices.ts';
import { filesOf } from './leg-files.ts';
import { observeLeg } from './leg-observe.ts';
import { type LegState, readLeg, readRules } from './leg-state.ts';

/** Costs one process, and two per leg. */
export async function observeLegs(
  world: DriverWorld<Host>,
  signal?: AbortSignal,
): Promise<readonly ObservedResource<'edge'>[]> {
  const { host, gateway } = world;
  const [links, names] = await Promise.all([listLinks(host, { signal }), host.list(NETNS_FOLDER)]);
  const states = new Map<string, LegState | undefined>();
  await Promise.all(legNamespaces(names).map(async netns => states.set(netns, await readLeg(host, netns, signal))));
  const tags = tagsIn([...links, ...[...states.values()].flatMap(state => state?.links ?? [])], world);
  return Promise.all(
    [...tags.values()].map(async tag => {
      const devices = legDevices(tag.address);
      const files = filesOf(world, devices);
      const state = states.get(devices.netns);
      const rules = state === undefined ? undefined : await readRules(host, devices.netns, signal);
      const server = await noted(host, devices, files);
      return observeLeg({ tag, links, state, rules, server, files }, gateway.name);
    }),
  );
}

/** The newest tag per leg: after a crash its devices may bear tags of two generations. */
function tagsIn(links: readonly Link[], { gateway }: DriverWorld<Host>): Map<Address<'edge'>, OwnTag<'edge'>> {
  const tags = new Map<Address<'edge'>, OwnTag<'edge'>>();
  for (const link of links) {
    const tag = ownTag(link, 'edge', gateway.name);
    if (tag !== undefined && tag.generation >= (tags.get(tag.address)?.generation ?? 0)) tags.set(tag.address, tag);
  }
  return tags;
}
