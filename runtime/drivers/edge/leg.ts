// Edge legs: connects, probes, and orders the steps by which a leg is made and taken away. Routing and filter are in place
// before the leg has an address, so a half-made leg lets nothing pass.
import { setTimeout as sleep } from 'node:timers/promises';
import { type Host, runChecked } from '../../host/host.ts';
import { deviceName } from '../../host/linux/device-name.ts';
import { bridgeBatch, ipBatch } from '../../host/linux/ip.ts';
import { aliasFor, isOwnLink, type OwnTag, ownLink, ownTag } from '../../host/linux/link-tag.ts';
import { type Link, listLinks } from '../../host/linux/links.ts';
import { claimedLink } from '../../host/linux/uplink-claim.ts';
import type { Address } from '../../model/address.ts';
import type { Driver, DriverWorld, Handle, StepContext } from '../../model/driver.ts';
import { GatewrightError, isGatewrightError } from '../../model/errors.ts';
import type { ObservedResource } from '../../model/observed.ts';
import type { Resource } from '../../model/resource.ts';
import { ensureServer, noted, stopNoted } from './dnsmasq.ts';
import { edgeFacts } from './facts.ts';
import { type LegDevices, legDevices, legNamespaces, NETNS_FOLDER } from './leg-devices.ts';
import { type DhcpFiles, dhcpArguments, dhcpTask } from './leg-dhcp.ts';
import { deviceLines, insideLines, type Surroundings, stationLines, unfitLines } from './leg-lines.ts';
import { observeLeg } from './leg-observe.ts';
import { type Fingerprints, legRules } from './leg-rules.ts';
import { type LegState, readLeg, readRules } from './leg-state.ts';

/** How long a MAC address may be held by a device that is going away. */
const HELD_TIMEOUT_MS = 5_000;
const LOOK_AGAIN_MS = 50;

export const edgeDriver: Driver<'edge', Host> = {
  kind: 'edge',
  name: 'edge',
  connect: async world => ({ facts: await edgeFacts(world.host), handle: edgeHandle(world) }),
};

function edgeHandle(world: DriverWorld<Host>): Handle<'edge'> {
  return {
    observe: signal => observeLegs(world, signal),
    create: (resource, context) => ensureLeg(world, resource, context),
    update: (resource, _changes, context) => ensureLeg(world, resource, context),
    remove: (address, context) => removeLeg(world, address, context),
    close: async () => {},
  };
}

type Links = readonly Link[];
/** Devices of the host's namespace and of the leg's. */
type Both = Pick<Surroundings, 'links' | 'inner'>;

interface LegFiles extends DhcpFiles {
  readonly rulesFile: string;
}

function filesOf({ stateDirectory }: DriverWorld<Host>, { netns }: LegDevices): LegFiles {
  const path = (ending: string) => `${stateDirectory}/edge/${netns}.${ending}`;
  return { pidFile: path('pid'), leaseFile: path('leases'), rulesFile: path('nft.json') };
}

async function observeLegs(
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

async function ensureLeg(world: DriverWorld<Host>, leg: Resource<'edge'>, { generation, signal }: StepContext) {
  const { host } = world;
  const { address } = leg;
  const devices = legDevices(address);
  const inLeg = { netns: devices.netns, signal };
  const links = await listLinks(host, { signal });
  const [bridge, card] = [bridgeOf(leg, links), claimedLink(links, leg.spec.uplink, address)];
  ownLink(links, devices.bridgeEnd, 'veth', address);
  const around = { ...(await ensureNamespace(world, leg, links, signal)), bridge, card };
  const makeDevices = deviceLines(leg, generation, around);
  await ipBatch(host, unfitLines(leg, around), inLeg);
  await ipBatch(host, makeDevices, { signal });
  await bridgeBatch(host, stationLines(leg), { signal });
  const rules = await setRules(world, leg, signal);
  await setForwarding(host, devices, links, signal);
  await furnish(host, leg, { generation, signal });
  const task = dhcpTask(leg.spec);
  const args = task === undefined ? undefined : dhcpArguments(task, devices, filesOf(world, devices));
  await ensureServer(host, devices, filesOf(world, devices), args, signal);
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

/**
 * Makes the namespace, or makes it again when its making or removal stopped halfway or it was taken away: then what may
 * have outlived it goes first.
 */
async function ensureNamespace(
  world: DriverWorld<Host>,
  leg: Resource<'edge'>,
  outside: Links,
  signal: AbortSignal,
): Promise<Both> {
  const devices = legDevices(leg.address);
  const state = await readLeg(world.host, devices.netns, signal);
  if (state !== undefined) return { links: outside, inner: state.links };
  await stopNoted(world.host, devices, filesOf(world, devices));
  await dropBridgeEnd(world.host, leg.address, outside, signal);
  await dropNamespace(world.host, devices.netns, signal);
  await runChecked(world.host, ['ip', 'netns', 'add', devices.netns], { signal });
  return { links: outside.filter(link => link.name !== devices.bridgeEnd), inner: [] };
}

/** The device may go by itself meanwhile, with the namespace of its other end. */
async function dropBridgeEnd(host: Host, address: Address<'edge'>, links: Links, signal: AbortSignal): Promise<void> {
  const { bridgeEnd } = legDevices(address);
  if (!links.some(link => link.name === bridgeEnd && isOwnLink(link, 'veth', address))) return;
  const result = await host.run(['ip', 'link', 'del', 'dev', bridgeEnd], { signal });
  if (result.code === 0 || result.stderr.includes('Cannot find device')) return;
  const message = `${bridgeEnd} could not be removed: ${result.stderr.trim()}`;
  throw new GatewrightError('GW_HOST_COMMAND_FAILED', message, { address });
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

async function dropNamespace(host: Host, netns: string, signal: AbortSignal): Promise<void> {
  if ((await host.list(NETNS_FOLDER)).includes(netns))
    await runChecked(host, ['ip', 'netns', 'delete', netns], { signal });
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

function gone(netns: string, address: Address): GatewrightError {
  const message = `the network namespace ${netns} went away while the leg was made; apply again`;
  return new GatewrightError('GW_HOST_UNEXPECTED', message, { address });
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

async function removeLeg(world: DriverWorld<Host>, address: Address<'edge'>, { signal }: StepContext): Promise<void> {
  const { host } = world;
  const devices = legDevices(address);
  const files = filesOf(world, devices);
  const state = await readLeg(host, devices.netns, signal);
  if (state === undefined) await stopNoted(host, devices, files);
  else {
    await ensureServer(host, devices, files, undefined, signal);
    // WHY by hand: a namespace's devices go some time after it does, and the outer one holds its MAC address until then.
    const outer = state.links.filter(link => link.name === devices.outer);
    await ipBatch(
      host,
      outer.map(link => ['link', 'del', 'dev', link.name]),
      { netns: devices.netns, signal },
    );
  }
  await dropBridgeEnd(host, address, await listLinks(host, { signal }), signal);
  await dropNamespace(host, devices.netns, signal);
  for (const file of [files.pidFile, files.leaseFile, files.rulesFile]) await host.remove(file);
}
