// The simulated back end, asked the questions of every driver, for every kind.
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { memory } from '../../runtime/drivers/memory/driver.ts';
import { localHost } from '../../runtime/host/local.ts';
import type { Kind } from '../../runtime/model/address.ts';
import type { Resource } from '../../runtime/model/resource.ts';
import { describeDriver } from './describe-driver.ts';
import { type DriverCase, GATE } from './driver-case.ts';
import {
  boxGate,
  cellA,
  GATE_VARIATIONS,
  GATEWAY,
  gatedPolicy,
  plant,
  plantEdge,
  robotA,
  robotNic,
  robotPort,
  vendorA,
  withSpec,
} from './samples.ts';

const OTHER_MAC = '02:00:00:00:00:99';
const OTHER_SEGMENT = 'segment.cell-7/cell-z';

ask(plant, { device: 'plant1', role: 'uplink' });
ask(cellA, {
  tenant: 'vendor-b',
  vswitch: 'cell-z',
  mode: 'vlan',
  mtu: 1400,
  vni: 7,
  tunnelAddress: '10.251.0.99',
  peers: [],
  vlan: 12,
  uplink: plant.address,
});
ask(robotPort, {
  tenant: 'vendor-b',
  vm: 'robot-z',
  nic: 'eth1',
  segment: OTHER_SEGMENT,
  mac: OTHER_MAC,
  ips: [],
  mtu: 1400,
});
ask(vendorA, { tenant: 'vendor-b', bindings: [], links: [] }, gatedPolicy(vendorA, GATE));
ask(plantEdge, {
  tenant: 'vendor-b',
  router: 'edge-z',
  segment: OTHER_SEGMENT,
  uplink: 'uplink.cell-7/other',
  inside: '10.0.9.1/24',
  insideMac: OTHER_MAC,
  mtu: 1400,
  outside: '192.168.50.99/24',
  outsideMac: OTHER_MAC,
  defaultGateway: '192.168.50.1',
  nat: false,
  dhcp: undefined,
  dns: ['192.168.50.2'],
  routes: [{ destination: '10.9.0.0/16', via: '192.168.50.3' }],
});
ask(robotNic, {
  vm: 'vm.cell-7/robot-z',
  tenant: 'vendor-b',
  label: 'lan-4',
  attach: { by: 'usb', port: '1-4.1' },
});
ask(
  robotA,
  {
    tenant: 'vendor-b',
    image: 'other',
    kernelArguments: '',
    vcpus: 2,
    memoryMiB: 256,
    watchdog: 'reset',
    startOrder: 7,
    nics: [],
    hotplug: { pciSlots: 2, usb: true },
    vcpuPins: ['1'],
    emulatorPin: '0-1',
    fifoPriority: 10,
    lockedMemory: true,
    hugePages: '2-mib',
    leastMemoryMiB: 64,
    firmware: 'uefi',
    tpm: 'crb',
    gates: [{ by: boxGate.address, otherwise: 'block' }],
  },
  withSpec(robotA, { gates: [{ by: GATE, otherwise: 'block' }] }),
);
ask(boxGate, GATE_VARIATIONS);

function ask<K extends Kind>(sample: Resource<K>, variations: DriverCase<K>['variations'], gated?: Resource<K>): void {
  describeDriver(`${sample.kind} in memory`, async () => {
    const driver = memory.drivers.find(each => each.kind === sample.kind);
    assert.ok(driver !== undefined);
    const stateDirectory = await mkdtemp(join(tmpdir(), 'gatewright-memory-'));
    const stranger = join(stateDirectory, 'simulated', GATEWAY, sample.kind, 'stranger.json');
    return {
      driver,
      world: {
        host: localHost,
        gateway: { name: GATEWAY, backend: 'simulated' },
        stateDirectory,
        now: () => 0,
        settings: {},
      },
      sample,
      variations,
      ...(gated === undefined ? {} : { gated }),
      foreign: {
        make: () => localHost.writeFile(stranger, '{"owner":"somebody else"}'),
        check: async () => assert.equal(await localHost.readFile(stranger), '{"owner":"somebody else"}'),
      },
      close: () => rm(stateDirectory, { recursive: true }),
    };
  });
}
