// A site for the network tests: two gateways on one tunnel network and one plant network, with stations in place of VMs. A
// station is a machine whose cable ends on a segment's bridge. Knows nothing of what is tested.
import { bridge } from '../../runtime/drivers/bridge/driver.ts';
import { edge } from '../../runtime/drivers/edge/driver.ts';
import { nftables } from '../../runtime/drivers/nftables/driver.ts';
import { deviceName } from '../../runtime/host/linux/device-name.ts';
import type { Address } from '../../runtime/model/address.ts';
import type { Handle } from '../../runtime/model/driver.ts';
import type { Resource } from '../../runtime/model/resource.ts';
import { step, type TestWorld, testWorld } from '../drivers/gateway-lab.ts';
import { type Machine, type NetnsLab, netnsLab } from '../lab/netns.ts';

export interface Site {
  readonly gateways: readonly TestWorld[];
  /** Carries the tunnel network and the plant network, where it is the PLC 192.168.7.10. */
  readonly hall: Machine;
  /** Makes resources on a gateway, in order. */
  apply(gateway: TestWorld, resources: readonly Resource[]): Promise<void>;
  /** Removes resources from a gateway, in reverse order. */
  withdraw(gateway: TestWorld, resources: readonly Resource[]): Promise<void>;
  /** A machine plugged into a segment; without an address when none is given. */
  station(gateway: TestWorld, segment: Address<'segment'>, name: string, mac: string, ip?: string): Promise<Machine>;
  close(): Promise<void>;
}

export async function openSite(): Promise<Site> {
  const lab = netnsLab();
  const hall = await openHall(lab);
  const gateways = [await openGateway(lab, hall, 7), await openGateway(lab, hall, 8)];
  return {
    gateways,
    hall,
    async apply(gateway, resources) {
      for (const item of resources) await withHandle(gateway, item, handle => handle.create(item, step(1)));
    },
    async withdraw(gateway, resources) {
      for (const item of [...resources].reverse())
        await withHandle(gateway, item, handle => handle.remove(item.address, step(2)));
    },
    station: (gateway, segment, name, mac, ip) => openStation(lab, gateway, { segment, name, mac, ip }),
    async close() {
      await lab.close();
      for (const gateway of gateways) await gateway.close();
    },
  };
}

async function withHandle(gateway: TestWorld, { kind }: Resource, work: (handle: Handle) => Promise<void>) {
  const set = [bridge, edge, nftables].find(candidate => candidate.drivers.some(driver => driver.kind === kind));
  if (set === undefined) throw new Error(`no driver of this site makes a ${kind}`);
  const { handle } = await gateway.connect(set, kind);
  await work(handle);
  await handle.close();
}

async function openHall(lab: NetnsLab): Promise<Machine> {
  const hall = await lab.machine('hall');
  for (const network of ['tunnels', 'plant']) {
    await hall.run('ip', 'link', 'add', network, 'type', 'bridge');
    await hall.run('ip', 'link', 'set', network, 'up');
  }
  await hall.run('ip', 'addr', 'add', '192.168.7.10/24', 'dev', 'plant');
  return hall;
}

async function openGateway(lab: NetnsLab, hall: Machine, number: number): Promise<TestWorld> {
  const machine = await lab.machine(`cell-${number}`);
  for (const [device, network] of [
    ['under0', 'tunnels'],
    ['plant0', 'plant'],
  ] as const) {
    await lab.cable(machine, device, hall, `${device}-${number}`);
    await hall.run('ip', 'link', 'set', `${device}-${number}`, 'master', network);
  }
  await machine.run('ip', 'addr', 'add', `10.251.0.${10 + number}/24`, 'dev', 'under0');
  return testWorld(machine);
}

interface Station {
  readonly segment: Address<'segment'>;
  readonly name: string;
  readonly mac: string;
  readonly ip?: string | undefined;
}

async function openStation(lab: NetnsLab, { machine }: TestWorld, wanted: Station): Promise<Machine> {
  const station = await lab.machine(wanted.name);
  // Without IPv6 a station is silent until a test makes it speak, so that what it receives can be counted.
  await station.run('sysctl', '-qw', 'net.ipv6.conf.all.disable_ipv6=1', 'net.ipv6.conf.default.disable_ipv6=1');
  await lab.cable(station, 'eth0', machine, wanted.name);
  await machine.run('sysctl', '-qw', `net.ipv6.conf.${wanted.name}.disable_ipv6=1`);
  await machine.run('ip', 'link', 'set', wanted.name, 'master', deviceName('gws', wanted.segment));
  await station.run('ip', 'link', 'set', 'eth0', 'address', wanted.mac, 'mtu', '1450');
  if (wanted.ip !== undefined) {
    await station.run('ip', 'addr', 'add', wanted.ip, 'dev', 'eth0');
    await station.run('ip', 'route', 'add', 'default', 'via', '10.0.0.1');
  }
  return station;
}
