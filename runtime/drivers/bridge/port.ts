// Ports: a persistent tap per NIC of a VM, plugged into the bridge of its segment. The hypervisor opens the tap by name.
// The bridge learns nothing on it; the guest's MAC address is entered by hand and cannot move to another port.
import type { Host } from '../../host/host.ts';
import { deviceName, portDevice } from '../../host/linux/device-name.ts';
import { listFdb } from '../../host/linux/fdb.ts';
import { type BatchLine, bridgeBatch, ipBatch } from '../../host/linux/ip.ts';
import { onlyStation, plugIn, withoutIpv6 } from '../../host/linux/link-lines.ts';
import { aliasFor, isOwnLink, ownLink, renameLines } from '../../host/linux/link-tag.ts';
import { type Link, listLinks } from '../../host/linux/links.ts';
import type { Address } from '../../model/address.ts';
import type { Driver, DriverFacts, DriverWorld, Handle, StepContext } from '../../model/driver.ts';
import { GatewrightError } from '../../model/errors.ts';
import type { Resource } from '../../model/resource.ts';
import { PortCounters } from './port-counters.ts';
import { observePorts, portFacts } from './port-observe.ts';
import { recordPort } from './port-recorder.ts';

const FACTS: DriverFacts<'port'> = {
  kind: 'port',
  driver: 'bridge',
  label: 'real',
  mutable: { tenant: 'live', vm: 'live', nic: 'live', segment: 'live', mac: 'live', ips: 'live', mtu: 'live' },
  renames: true,
  rebuildWith: ['segment'],
  seconds: { create: 0.2, update: 0.2, restart: 0.2, remove: 0.1 },
  losesState: false,
  lacks: {},
};

export const portDriver: Driver<'port', Host> = {
  kind: 'port',
  name: 'bridge',
  connect: async world => ({ facts: FACTS, handle: portHandle(world) }),
};

function portHandle({ host, gateway }: DriverWorld<Host>): Handle<'port'> {
  const look = async (signal?: AbortSignal) => {
    const [links, fdb] = await Promise.all([listLinks(host, { signal }), listFdb(host, { signal })]);
    return observePorts(links, fdb, gateway.name);
  };
  const counters = new PortCounters(host, async () => (await look()).map(({ address }) => address));
  const ensure = async (resource: Resource<'port'>, context: StepContext, was?: Address<'port'>) => {
    const options = { signal: context.signal };
    if (was !== undefined) await rename(host, was, resource.address, context);
    if (was !== undefined) counters.forget(was);
    counters.add(resource.address);
    await ipBatch(host, tapLines(resource, context.generation, await listLinks(host, options)), options);
    const tap = portDevice(resource.address);
    await bridgeBatch(host, onlyStation(tap, resource.spec.mac, await listFdb(host, options)), options);
  };
  return {
    async observe(signal) {
      const seen = await look(signal);
      counters.know(seen.map(({ address }) => address));
      return seen;
    },
    create: ensure,
    update: (resource, _changes, context, was) => ensure(resource, context, was),
    async remove(address, { signal }) {
      const tap = (await listLinks(host, { signal })).find(link => link.name === portDevice(address));
      if (tap !== undefined && isOwnLink(tap, 'tun', address))
        await ipBatch(host, [['link', 'del', 'dev', tap.name]], { signal });
      counters.forget(address);
    },
    tapPort: (...asked) => recordPort(host, ...asked),
    portFigures: () => counters.read(),
    close: async () => {},
  };
}

async function rename(host: Host, was: Address<'port'>, address: Address<'port'>, { signal }: StepContext) {
  const from = { name: portDevice(was), address: was };
  const to = { name: portDevice(address), address };
  await ipBatch(host, renameLines(await listLinks(host, { signal }), { type: 'tun', from, to }), { signal });
}

/** @throws GatewrightError GW_NETWORK_ORDER, GW_NETWORK_FOREIGN, GW_NETWORK_TAG_TOO_LONG */
function tapLines(resource: Resource<'port'>, generation: number, links: readonly Link[]): readonly BatchLine[] {
  const { address, spec } = resource;
  const tap = portDevice(address);
  const bridge = deviceName('gws', spec.segment);
  if (ownLink(links, bridge, 'bridge', spec.segment) === undefined)
    throw new GatewrightError('GW_NETWORK_ORDER', `${address} needs ${spec.segment}, which is not there; plan again`, {
      address,
    });
  const existing = ownLink(links, tap, 'tun', address);
  return [
    ...(existing === undefined ? [['tuntap', 'add', 'dev', tap, 'mode', 'tap']] : []),
    ['link', 'set', 'dev', tap, 'alias', aliasFor({ address, generation, facts: portFacts(resource) })],
    ['link', 'set', 'dev', tap, 'mtu', String(spec.mtu)],
    ...withoutIpv6(tap, links),
    ...plugIn(tap, bridge),
    ['link', 'set', 'dev', tap, 'up'],
  ];
}
