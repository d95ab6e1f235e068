// Orders the steps by which a leg is made or mended. Routing and filter are in place before the leg has an address, so a
// half-made leg lets nothing pass.
import { setTimeout as sleep } from 'node:timers/promises';
import { type Host, runChecked } from '../../host/host.ts';
import { deviceName } from '../../host/linux/device-name.ts';
import { listFdb } from '../../host/linux/fdb.ts';
import { bridgeBatch, ipBatch } from '../../host/linux/ip.ts';
import { onlyStation } from '../../host/linux/link-lines.ts';
import { aliasFor, ownLink } from '../../host/linux/link-tag.ts';
import { type Link, listLinks } from '../../host/linux/links.ts';
import { claimedLink } from '../../host/linux/uplink-claim.ts';
import type { Address } from '../../model/address.ts';
import type { DriverWorld, StepContext } from '../../model/driver.ts';
import { GatewrightError, isGatewrightError } from '../../model/errors.ts';
import type { Resource } from '../../model/resource.ts';
import { ensureServer } from './dnsmasq.ts';
import { type LegDevices, legDevices } from './leg-devices.ts';
import { dhcpArguments, dhcpTask } from './leg-dhcp.ts';
import { filesOf } from './leg-files.ts';
import { deviceLines, hasCable, insideLines, unfitLines } from './leg-lines.ts';
import { ensureNamespace } from './leg-namespace.ts';
import { type Fingerprints, legRules } from './leg-rules.ts';
import { readLeg, readRules } from './leg-state.ts';

/** How long a MAC address may be held by a device that is going away. */
const HELD_TIMEOUT_MS = 5_000;
const LOOK_AGAIN_MS = 50;

/** Idempotent. @throws GatewrightError GW_NETWORK_ORDER, GW_NETWORK_FOREIGN, GW_NETWORK_TAG_TOO_LONG, GW_HOST_* */
export async function ensureLeg(world: DriverWorld<Host>, leg: Resource<'edge'>, { generation, signal }: StepContext) {
  const { host } = world;
  const { address } = leg;
  const devices = legDevices(address);
  const inLeg = { netns: devices.netns, signal };
  const links = await listLinks(host, { signal });
  const [bridge, card] = [bridgeOf(leg, links), cardOf(leg, links)];
  ownLink(links, devices.bridgeEnd, 'veth', address);
  const around = { ...(await ensureNamespace(world, leg, links, signal)), bridge, card };
  const makeDevices = deviceLines(leg, generation, around);
  await ipBatch(host, unfitLines(leg, around), inLeg);
  await ipBatch(host, makeDevices, { signal });
  await bridgeBatch(host, onlyStation(devices.bridgeEnd, leg.spec.insideMac, await listFdb(host, { signal })), {
    signal,
  });
  const rules = await setRules(world, leg, signal);
  await setForwarding(host, devices, links, signal);
  await furnish(host, leg, { generation, signal });
  await serveDhcp(world, leg, hasCable(leg, around), signal);
  // The fingerprints come last: a leg whose making stopped before this line shows as changed.
  const facts = { filter: rules.filter, ...(rules.nat === undefined ? {} : { nat: rules.nat }) };
  await ipBatch(
    host,
    [['link', 'set', 'dev', devices.outer, 'alias', aliasFor({ address, generation, facts })]],
    inLeg,
  );
}

function bridgeOf({ address, spec }: Resource<'edge'>, links: readonly Link[]): string {
  const bridge = deviceName('gws', spec.segment);
  if (ownLink(links, bridge, 'bridge', spec.segment) !== undefined) return bridge;
  const message = `${address} needs ${spec.segment}, which is not there; plan again`;
  throw new GatewrightError('GW_NETWORK_ORDER', message, { address });
}

/** A device cannot be a bridge's port and carry a leg at once. */
function cardOf({ address, spec }: Resource<'edge'>, links: readonly Link[]): Link {
  const card = claimedLink(links, spec.uplink, address);
  if (card.master === undefined) return card;
  const message = `${card.name} is plugged into the bridge ${card.master}, so no leg can sit on it; take it out, or draw ${card.master} as the uplink's device if that bridge is the host's own`;
  throw new GatewrightError('GW_NETWORK_FOREIGN', message, { address });
}

/** Sets the packet filter in one transaction and tells what the kernel made of it. */
async function setRules(
  world: DriverWorld<Host>,
  { address, spec }: Resource<'edge'>,
  signal: AbortSignal,
): Promise<Fingerprints> {
  const { host } = world;
  const devices = legDevices(address);
  const { rulesFile } = filesOf(world, devices);
  await host.writeFile(rulesFile, JSON.stringify(legRules(devices, spec)));
  await runChecked(host, ['ip', 'netns', 'exec', devices.netns, 'nft', '-j', '-f', rulesFile], { signal });
  await host.remove(rulesFile);
  const rules = await readRules(host, devices.netns, signal);
  if (rules === undefined) throw gone(devices.netns, address);
  return rules;
}

/**
 * Switches forwarding on inside the leg and nowhere else; strict reverse path; ARP only for the device's own addresses; no
 * IPv6. All are one digit, so one `tee` writes them.
 */
async function setForwarding(
  host: Host,
  { netns }: LegDevices,
  links: readonly Link[],
  signal: AbortSignal,
): Promise<void> {
  const ipv4 = ['ip_forward', 'conf/all/rp_filter', 'conf/default/rp_filter', 'conf/all/arp_ignore'];
  const ipv6 = links.some(link => link.ipv6) ? ['conf/all/disable_ipv6', 'conf/default/disable_ipv6'] : [];
  const files = [...ipv4.map(name => `/proc/sys/net/ipv4/${name}`), ...ipv6.map(name => `/proc/sys/net/ipv6/${name}`)];
  await runChecked(host, ['ip', 'netns', 'exec', netns, 'tee', ...files], { input: '1', signal });
}

/**
 * Gives the devices inside their addresses and routes.
 * WHY again: the devices of a namespace that was taken away go some time after it does, and its outer one holds the MAC
 * address on the card until then.
 */
async function furnish(host: Host, leg: Resource<'edge'>, { generation, signal }: StepContext): Promise<void> {
  const { netns } = legDevices(leg.address);
  for (let waitedMs = 0; ; waitedMs += LOOK_AGAIN_MS) {
    const state = await readLeg(host, netns, signal);
    if (state === undefined) throw gone(netns, leg.address);
    try {
      return await ipBatch(host, insideLines(leg, generation, state), { netns, signal });
    } catch (error) {
      const held = isGatewrightError(error) && error.message.includes('Address already in use');
      if (!held || waitedMs >= HELD_TIMEOUT_MS) throw error;
      await sleep(LOOK_AGAIN_MS);
    }
  }
}

async function serveDhcp(
  world: DriverWorld<Host>,
  leg: Resource<'edge'>,
  keep: boolean,
  signal: AbortSignal,
): Promise<void> {
  const devices = legDevices(leg.address);
  const files = filesOf(world, devices);
  const task = dhcpTask(leg.spec);
  const args = task === undefined ? undefined : dhcpArguments(task, devices, files);
  if (!keep) await ensureServer(world.host, devices, files, undefined, signal);
  await ensureServer(world.host, devices, files, args, signal);
}

function gone(netns: string, address: Address): GatewrightError {
  const message = `the network namespace ${netns} went away while the leg was made; apply again`;
  return new GatewrightError('GW_HOST_UNEXPECTED', message, { address });
}
