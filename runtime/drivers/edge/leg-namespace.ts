// The namespace of a leg and what may outlive it: made whole from any half, taken away in an order that leaves nothing.
import { type Host, runChecked } from '../../host/host.ts';
import { isOwnLink } from '../../host/linux/link-tag.ts';
import type { Link } from '../../host/linux/links.ts';
import type { Address } from '../../model/address.ts';
import type { DriverWorld } from '../../model/driver.ts';
import { GatewrightError } from '../../model/errors.ts';
import type { Resource } from '../../model/resource.ts';
import { stopNoted } from './dnsmasq.ts';
import { legDevices, NETNS_FOLDER } from './leg-devices.ts';
import { filesOf } from './leg-files.ts';
import type { Surroundings } from './leg-lines.ts';
import { readLeg } from './leg-state.ts';

type Links = readonly Link[];
/** Devices of the host's namespace and of the leg's. */
type Both = Pick<Surroundings, 'links' | 'inner'>;

/**
 * Makes the namespace, or makes it again when its making or removal stopped halfway or it was taken away: then what may
 * have outlived it goes first.
 */
export async function ensureNamespace(
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

/** What iproute2 says of a device that went before it looked, and of one that went just after. */
const GONE = /Cannot find device|No such device/;

/** The device may go by itself meanwhile, with the namespace of its other end. */
export async function dropBridgeEnd(
  host: Host,
  address: Address<'edge'>,
  links: Links,
  signal: AbortSignal,
): Promise<void> {
  const { bridgeEnd } = legDevices(address);
  if (!links.some(link => link.name === bridgeEnd && isOwnLink(link, 'veth', address))) return;
  const result = await host.run(['ip', 'link', 'del', 'dev', bridgeEnd], { signal });
  if (result.code === 0 || GONE.test(result.stderr)) return;
  const message = `${bridgeEnd} could not be removed: ${result.stderr.trim()}`;
  throw new GatewrightError('GW_HOST_COMMAND_FAILED', message, { address });
}

export async function dropNamespace(host: Host, netns: string, signal: AbortSignal): Promise<void> {
  if ((await host.list(NETNS_FOLDER)).includes(netns))
    await runChecked(host, ['ip', 'netns', 'delete', netns], { signal });
}
