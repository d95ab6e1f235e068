// The contract of drivers, asked of the four kinds that are network devices, on the real kernel.
import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import { bridge } from '../../runtime/drivers/bridge/driver.ts';
import { edge } from '../../runtime/drivers/edge/driver.ts';
import type { DriverSet } from '../../runtime/host/driver-set.ts';
import type { Kind } from '../../runtime/model/address.ts';
import type { Spec } from '../../runtime/model/kind.ts';
import type { Resource } from '../../runtime/model/resource.ts';
import { describeDriver } from '../contract/describe-driver.ts';
import type { DriverCase } from '../contract/driver-case.ts';
import { type Machine, netnsLab } from '../lab/netns.ts';
import {
  at,
  edgeSpec,
  overlaySpec,
  portSpec,
  resource,
  segmentSpec,
  step,
  testWorld,
  uplinkSpec,
} from './gateway-lab.ts';

const uplink = resource(at('uplink', 'cell-7', 'plant'), uplinkSpec);
const segment = resource(at('segment', 'cell-7', 'cell-a'), segmentSpec());
const peers = [{ address: '10.251.0.18', macs: ['02:00:00:0a:00:02', '02:00:00:0a:00:03'] }];

/** Devices that are not ours, some with names and aliases nearly like ours. */
const FOREIGN: readonly (readonly string[])[] = [
  ['ip', 'link', 'add', 'virbr0', 'type', 'bridge'],
  ['ip', 'link', 'add', 'gws0123456789', 'type', 'bridge'],
  ['ip', 'link', 'set', 'gws0123456789', 'alias', 'gatewright is a nice name'],
  ['ip', 'link', 'add', 'gwx0123456789', 'type', 'vxlan', 'id', '77', 'dstport', '8472'],
  ['ip', 'link', 'set', 'gwx0123456789', 'alias', 'gatewright:segment.cell-8/cell-a;generation=1'],
  ['ip', 'tuntap', 'add', 'dev', 'vnet0', 'mode', 'tap'],
  [
    'ip',
    'link',
    'property',
    'add',
    'dev',
    'other0',
    'altname',
    'gatewright:uplink.cell-8:plant;generation=1;role=plant',
  ],
  ['ip', 'netns', 'add', 'gwn0123456789'],
  ['ip', 'netns', 'add', 'admin'],
];

async function contractCase<K extends Kind>(
  set: DriverSet,
  sample: Resource<K>,
  variations: Partial<Spec<K>>,
  before: readonly Resource[] = [],
): Promise<DriverCase<K>> {
  const lab = netnsLab();
  const [machine, far] = [await lab.machine('cell-7'), await lab.machine('far')];
  for (const device of ['plant0', 'under0', 'other0']) await lab.cable(machine, device, far, device);
  for (const address of ['10.251.0.17/24', '10.251.0.27/24'])
    await machine.run('ip', 'addr', 'add', address, 'dev', 'under0');
  const gateway = await testWorld(machine);
  for (const needed of before) await (await gateway.connect(bridge, needed.kind)).handle.create(needed, step(1));
  const driver = set.drivers.find(candidate => candidate.kind === sample.kind);
  assert.ok(driver !== undefined);
  let made = '';
  return {
    driver,
    world: gateway.world,
    sample,
    variations,
    foreign: {
      async make() {
        for (const argv of FOREIGN) await machine.run(...argv);
        made = await inventory(machine);
      },
      check: async () => assert.equal(await inventory(machine), made),
    },
    forget: () => rm(gateway.world.stateDirectory, { recursive: true }),
    snapshot: () => kernelState(machine),
    async close() {
      await lab.close();
      await gateway.close();
    },
  };
}

/** Every device with its alias, its names and where it is plugged in, without what changes by itself. */
async function inventory(machine: Machine): Promise<string> {
  const links = JSON.parse(await machine.run('ip', '-j', 'link', 'show')) as Record<string, unknown>[];
  const lasting = links.map(link => [link.ifname, link.ifalias, link.altnames, link.master, link.mtu]);
  return JSON.stringify([lasting, await machine.run('ls', '/run/netns')]);
}

/** Without IPv6 addresses and multicast groups: the kernel goes on making those for a while. */
async function kernelState(machine: Machine): Promise<unknown> {
  const stations = (await machine.run('bridge', 'fdb', 'show')).split('\n').filter(line => / (master|dst) /.test(line));
  return [await inventory(machine), await machine.run('ip', '-o', '-4', 'addr', 'show'), stations];
}

describeDriver('an uplink on Linux', () => contractCase(bridge, uplink, { role: 'uplink' }));

describeDriver('an overlay segment on Linux', () =>
  contractCase(
    bridge,
    resource(segment.address, overlaySpec({ peers })),
    {
      tenant: 'vendor-b',
      vswitch: 'cell-b',
      mtu: 1400,
      vni: 5002,
      tunnelAddress: '10.251.0.27',
      peers: [{ address: '10.251.0.19', macs: [] }],
      uplink: uplink.address,
      // These two make no sense alone; segment.test.ts changes them with the rest.
      mode: 'overlay',
      vlan: 10,
    },
    [uplink],
  ),
);

describeDriver('a port on Linux', () =>
  contractCase(
    bridge,
    resource(at('port', 'cell-7', 'robot-a.eth0'), portSpec(segment.address)),
    {
      tenant: 'vendor-b',
      vm: 'robot-b',
      nic: 'wan',
      segment: at('segment', 'cell-7', 'cell-b'),
      mac: '02:00:00:0a:00:77',
      ips: [],
      mtu: 1400,
    },
    [segment, resource(at('segment', 'cell-7', 'cell-b'), segmentSpec())],
  ),
);

describeDriver('an edge leg on Linux', () =>
  contractCase(
    edge,
    resource(at('edge', 'cell-7', 'plant-edge.cell-a'), edgeSpec(segment.address, uplink.address)),
    {
      tenant: 'vendor-b',
      router: 'other-edge',
      segment: at('segment', 'cell-7', 'cell-b'),
      uplink: at('uplink', 'cell-7', 'other'),
      inside: '10.0.0.2/24',
      insideMac: '02:00:00:ed:00:77',
      mtu: 1400,
      outside: '192.168.7.77/24',
      outsideMac: '02:00:00:ed:01:77',
      defaultGateway: '192.168.7.254',
      nat: false,
      dhcp: { first: '10.0.0.50', last: '10.0.0.60', leaseSeconds: 600, hosts: [] },
      dns: [],
      routes: [],
    },
    [
      uplink,
      resource(at('uplink', 'cell-7', 'other'), { device: 'under0', role: 'uplink' }),
      segment,
      resource(at('segment', 'cell-7', 'cell-b'), segmentSpec()),
    ],
  ),
);
