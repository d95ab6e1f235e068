// Modbus proxies of a Linux gateway: a namespace on the segment's bridge and a process without rights in it, for each guarded
// link. Real.
import { type AnyDriver, DORMANT, type DriverSet } from '../../host/driver-set.ts';
import type { Host } from '../../host/host.ts';
import { kernelCan } from '../../host/linux/probe.ts';
import { openStore } from '../../host/resource-files.ts';
import type { Driver, DriverFacts } from '../../model/driver.ts';
import { ProxyHandle } from './handle.ts';
import { Proxies, sharedProxies } from './proxies.ts';

const FACTS: Omit<DriverFacts<'proxy'>, 'lacks'> = {
  kind: 'proxy',
  driver: 'proxy',
  label: 'real',
  mutable: { tenant: 'live', segment: 'live', port: 'live', mtu: 'live', router: 'live', guards: 'live', vms: 'live' },
  // A network namespace cannot be renamed.
  renames: false,
  rebuildWith: ['segment'],
  seconds: { create: 1, update: 0.3, restart: 1, remove: 0.3 },
  losesState: false,
};

const proxyDriver: Driver<'proxy', Host> = {
  kind: 'proxy',
  name: 'proxy',
  async connect({ host, gateway, stateDirectory, settings }) {
    const facts = { ...FACTS, lacks: await probe(host) };
    const folder = `${stateDirectory}/${gateway.name}`;
    const store = openStore(host, folder, 'proxy');
    const dormant = settings.dormant === DORMANT.dormant;
    const held = dormant
      ? undefined
      : await sharedProxies.hold(host.cables, folder, async () => {
          const proxies = new Proxies(host, stateDirectory);
          await proxies.restore(store);
          return proxies;
        });
    return { facts, handle: new ProxyHandle(host, gateway.name, store, held) };
  },
};

async function probe(host: Host): Promise<Record<string, string>> {
  const rules = await kernelCan(host, [
    'link set lo up',
    'link add name probe0 type veth peer name probe1',
    'route add local default dev lo table local',
    'rule add iif probe1 lookup local priority 10',
  ]);
  return rules ? {} : { '*': 'this kernel has no veth or no policy routing (CONFIG_VETH, CONFIG_IP_MULTIPLE_TABLES)' };
}

export const proxy: DriverSet = { backend: 'linux', resident: true, drivers: [proxyDriver as AnyDriver] };
