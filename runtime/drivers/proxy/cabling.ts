// The namespace of a proxy and its cable to the segment's bridge: made whole from any half, taken away so that nothing is left.
// Until a process listens inside, a client is refused at once; without the cable nothing comes here at all.
import { type Host, runChecked } from '../../host/host.ts';
import { deviceName } from '../../host/linux/device-name.ts';
import { listFdb } from '../../host/linux/fdb.ts';
import { type BatchLine, bridgeBatch, ipBatch, ipQuery } from '../../host/linux/ip.ts';
import { onlyStation, plugIn, withoutIpv6 } from '../../host/linux/link-lines.ts';
import { aliasFor, isOwnLink, ownLink } from '../../host/linux/link-tag.ts';
import { type Link, listLinks } from '../../host/linux/links.ts';
import type { Address } from '../../model/address.ts';
import type { StepContext } from '../../model/driver.ts';
import { GatewrightError, isGatewrightError } from '../../model/errors.ts';
import type { Resource } from '../../model/resource.ts';
import { devicesOf, NETNS_FOLDER, type ProxyDevices } from './devices.ts';
import { type Inside, insideFits, insideLines, QUESTIONS, readInside, settings } from './inside.ts';

type Proxy = Resource<'proxy'>;

/**
 * Idempotent.
 * @returns whether the namespace was made anew, so that a process in the old one is in the wrong place
 * @throws GatewrightError GW_NETWORK_ORDER, GW_NETWORK_FOREIGN, GW_NETWORK_TAG_TOO_LONG, GW_HOST_*
 */
export async function ensureCable(host: Host, proxy: Proxy, { generation, signal }: StepContext): Promise<boolean> {
  const devices = devicesOf(proxy.address);
  const links = await listLinks(host, { signal });
  const bridge = bridgeOf(proxy, links);
  ownLink(links, devices.bridgeEnd, 'veth', proxy.address);
  const fresh = !paired(devices, links, await readNamespace(host, devices, signal));
  if (fresh) await remake(host, proxy.address, links, signal);
  await ipBatch(host, outsideLines(proxy, generation, bridge, links), { signal });
  const station = onlyStation(devices.bridgeEnd, devices.mac, await listFdb(host, { signal }));
  await bridgeBatch(host, station, { signal });
  await tune(host, devices, links, signal);
  const inside = await readNamespace(host, devices, signal);
  if (inside === undefined) throw gone(devices.netns, proxy.address);
  await ipBatch(host, insideLines(devices, proxy.spec, inside), { netns: devices.netns, signal });
  return fresh;
}

/** Absent is success. @throws GatewrightError GW_HOST_COMMAND_FAILED */
export async function dropCable(host: Host, address: Address<'proxy'>, signal?: AbortSignal): Promise<void> {
  const { netns, bridgeEnd } = devicesOf(address);
  const links = await listLinks(host, { signal });
  // The end on the bridge bears the tag, so it goes last; it goes with the namespace when that has no process left.
  if ((await host.list(NETNS_FOLDER)).includes(netns))
    await runChecked(host, ['ip', 'netns', 'delete', netns], { signal });
  if (!links.some(link => link.name === bridgeEnd && isOwnLink(link, 'veth', address))) return;
  const result = await host.run(['ip', 'link', 'del', 'dev', bridgeEnd], { signal });
  if (result.code === 0 || GONE.test(result.stderr)) return;
  const message = `${bridgeEnd} could not be removed: ${result.stderr.trim()}`;
  throw new GatewrightError('GW_HOST_COMMAND_FAILED', message, { address });
}

/** Whether everything of a proxy but its process is as its spec says. */
export async function isCabled(host: Host, proxy: Omit<Proxy, 'needs' | 'source'>, links: readonly Link[]) {
  const { address, spec } = proxy;
  const devices = devicesOf(address);
  const end = links.find(link => link.name === devices.bridgeEnd);
  if (end === undefined || !end.up || end.master !== deviceName('gws', spec.segment) || end.mtu !== spec.mtu)
    return false;
  const inside = await readNamespace(host, devices);
  return inside !== undefined && paired(devices, links, inside) && insideFits(devices, spec, inside);
}

const GONE = /Cannot find device|No such device/;

function bridgeOf({ address, spec }: Proxy, links: readonly Link[]): string {
  const bridge = deviceName('gws', spec.segment);
  if (ownLink(links, bridge, 'bridge', spec.segment) !== undefined) return bridge;
  const message = `${address} needs ${spec.segment}, which is not there; plan again`;
  throw new GatewrightError('GW_NETWORK_ORDER', message, { address });
}

/** Whether the two ends are those of one cable. */
function paired({ bridgeEnd, inner }: ProxyDevices, links: readonly Link[], inside: Inside | undefined): boolean {
  const end = links.find(link => link.name === bridgeEnd);
  const other = inside?.links.find(link => link.name === inner);
  return other?.type === 'veth' && end?.lowerIndex === other.index && other.lowerIndex === end.index;
}

/** Nothing of an old one is mended: what listens in it would be cut off all the same. */
async function remake(host: Host, address: Address<'proxy'>, links: readonly Link[], signal: AbortSignal) {
  const { netns, bridgeEnd, inner } = devicesOf(address);
  await dropCable(host, address, signal);
  await runChecked(host, ['ip', 'netns', 'add', netns], { signal });
  const cable = ['link', 'add', 'name', bridgeEnd, 'type', 'veth', 'peer', 'name', inner, 'netns', netns];
  await ipBatch(host, [cable], { signal });
  // WHY before it is switched on: the kernel gives a device an address of IPv6 when it comes up.
  await ipBatch(host, withoutIpv6(inner, links), { netns, signal });
}

function outsideLines(
  { address, spec }: Proxy,
  generation: number,
  bridge: string,
  links: readonly Link[],
): readonly BatchLine[] {
  const { bridgeEnd } = devicesOf(address);
  // Only what is sent to it comes here: it shall neither hear nor answer what is said to all.
  const quiet = ['flood', 'off', 'mcast_flood', 'off', 'bcast_flood', 'off'];
  return [
    ['link', 'set', 'dev', bridgeEnd, 'alias', aliasFor({ address, generation, facts: { tenant: spec.tenant } })],
    ['link', 'set', 'dev', bridgeEnd, 'mtu', String(spec.mtu)],
    ...withoutIpv6(bridgeEnd, links),
    ...plugIn(bridgeEnd, bridge),
    ['link', 'set', 'dev', bridgeEnd, 'type', 'bridge_slave', ...quiet],
    ['link', 'set', 'dev', bridgeEnd, 'up'],
  ];
}

async function tune(host: Host, devices: ProxyDevices, links: readonly Link[], signal: AbortSignal): Promise<void> {
  for (const [input, files] of settings(
    devices,
    links.some(link => link.ipv6),
  ))
    if (files.length > 0)
      await runChecked(host, ['ip', 'netns', 'exec', devices.netns, 'tee', ...files], { input, signal });
}

/** What iproute2 says of a namespace that is not there, or whose making or removal stopped halfway. */
const NO_NAMESPACE = /Cannot open network namespace|setting the network namespace/;

async function readNamespace(host: Host, { netns }: ProxyDevices, signal?: AbortSignal): Promise<Inside | undefined> {
  try {
    return readInside(await ipQuery(host, QUESTIONS, { netns, signal }));
  } catch (error) {
    if (isGatewrightError(error) && NO_NAMESPACE.test(error.message)) return undefined;
    throw error;
  }
}

function gone(netns: string, address: Address): GatewrightError {
  const message = `the network namespace ${netns} went away while the proxy was made; apply again`;
  return new GatewrightError('GW_HOST_UNEXPECTED', message, { address });
}
