// The embedded network, asked the questions of every driver, for every kind it has.
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { vswitch } from '../../runtime/drivers/vswitch/driver.ts';
import { createCables } from '../../runtime/host/cables.ts';
import { localHost } from '../../runtime/host/local.ts';
import { createUnderlay } from '../../runtime/host/underlay.ts';
import type { Kind } from '../../runtime/model/address.ts';
import type { Handle } from '../../runtime/model/driver.ts';
import type { Resource } from '../../runtime/model/resource.ts';
import { describeDriver } from './describe-driver.ts';
import { type DriverCase, GATE, step } from './driver-case.ts';
import { cellA, GATEWAY, gatedPolicy, plant, plantEdge, resource, robotPort, vendorA } from './samples.ts';

const cellZ = resource('segment', 'cell-z', { ...cellA.spec, vswitch: 'cell-z', vni: 7 });

ask(plant, [], { device: 'plant1', role: 'uplink' });
ask(cellA, [plant], {
  ...{ tenant: 'vendor-b', vswitch: 'cell-z', mode: 'vlan', mtu: 1400, vni: 7 },
  ...{ tunnelAddress: '10.251.0.99', peers: [], vlan: 12, uplink: plant.address },
});
ask(robotPort, [cellA, cellZ], {
  ...{ tenant: 'vendor-b', vm: 'robot-z', nic: 'eth1', segment: cellZ.address },
  ...{ mac: '02:00:00:00:00:99', ips: [], mtu: 1400 },
});
ask(vendorA, [cellA], { tenant: 'vendor-b', bindings: [], links: [] }, gatedPolicy(vendorA, GATE));
const otherPlant = resource('uplink', 'other', { device: 'plant1', role: 'plant' });
ask(plantEdge, [plant, otherPlant, cellA, cellZ], {
  ...{ tenant: 'vendor-b', router: 'edge-z', segment: cellZ.address, uplink: otherPlant.address },
  ...{ inside: '10.0.9.1/24', insideMac: '02:00:00:00:00:99', mtu: 1400 },
  ...{ outside: '192.168.50.99/24', outsideMac: '02:00:00:00:00:98', defaultGateway: '192.168.50.1', nat: false },
  ...{ dhcp: undefined, dns: ['192.168.50.2'], routes: [{ destination: '10.9.0.0/16', via: '192.168.50.3' }] },
});

function ask<K extends Kind>(
  sample: Resource<K>,
  needs: readonly Resource[],
  variations: DriverCase<K>['variations'],
  gated?: Resource<K>,
): void {
  describeDriver(`${sample.kind} of the embedded network`, async () => {
    const driverOf = (kind: Kind) => {
      const driver = vswitch.drivers.find(each => each.kind === kind);
      assert.ok(driver !== undefined);
      return driver;
    };
    const stateDirectory = await mkdtemp(join(tmpdir(), 'gatewright-vswitch-'));
    const stranger = join(stateDirectory, GATEWAY, sample.kind, 'stranger.json');
    const world = {
      host: { ...localHost, cables: createCables(), underlay: createUnderlay({ addresses: () => [] }) },
      gateway: { name: GATEWAY, backend: 'embedded' } as const,
      ...{ stateDirectory, now: () => 0, settings: {} },
    };
    const around: Handle[] = [];
    for (const need of needs) {
      const { handle } = await driverOf(need.kind).connect(world);
      around.push(handle);
      await handle.create(need, step(1));
    }
    return {
      driver: driverOf(sample.kind),
      ...{ world, sample, variations },
      ...(gated === undefined ? {} : { gated }),
      foreign: {
        make: () => localHost.writeFile(stranger, '{"owner":"somebody else"}'),
        check: async () => assert.equal(await localHost.readFile(stranger), '{"owner":"somebody else"}'),
      },
      async close() {
        for (const handle of around) await handle.close();
        await rm(stateDirectory, { recursive: true });
      },
    };
  });
}
