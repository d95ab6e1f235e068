// One small gateway that uses every kind: the sample that tests of planner, drivers and agent start from.
import type { Address, Kind } from '../../runtime/model/address.ts';
import { DESIGN_VERSION, GatewayDesign } from '../../runtime/model/design.ts';
import type { Spec } from '../../runtime/model/kind.ts';
import type { Observed } from '../../runtime/model/observed.ts';
import type { Resource } from '../../runtime/model/resource.ts';

export const GATEWAY = 'cell-7';

/** A resource; its source is a made-up node named like it. */
export function resource<K extends Kind>(
  kind: K,
  name: string,
  spec: Spec<K>,
  needs: readonly Address[] = [],
): Resource<K> {
  const address = `${kind}.${GATEWAY}/${name}` as const;
  return { address, kind, spec, needs: [...needs].sort(), source: { node: `node-${kind}-${name}`, label: name } };
}

/** The same resource with some fields of its spec changed. */
export function withSpec<K extends Kind>(base: Resource<K>, changes: Partial<Spec<K>>): Resource<K> {
  return { ...base, spec: { ...base.spec, ...changes } };
}

export const plant = resource('uplink', 'plant', { device: 'plant0', role: 'plant' });

export const cellA = resource('segment', 'cell-a', {
  tenant: 'vendor-a',
  vswitch: 'cell-a',
  mode: 'overlay',
  mtu: 1450,
  vni: 5001,
  tunnelAddress: '10.251.0.17',
  peers: [{ address: '10.251.0.18', macs: ['02:00:00:00:00:08'] }],
});

export const robotPort = resource(
  'port',
  'robot-a.eth0',
  {
    tenant: 'vendor-a',
    vm: 'robot-a',
    nic: 'eth0',
    segment: cellA.address,
    mac: '02:00:00:00:00:07',
    ips: ['10.0.0.7'],
    mtu: 1450,
  },
  [cellA.address],
);

/** Not part of the gateway below: most back ends have nobody who asks TPMs. */
export const boxGate = resource('gate', 'box', {
  subject: { of: 'host' },
  ...{ pcrs: [0, 7], learn: 'approved', foretold: false, secureBoot: false, images: [] },
  ...{ intervalSeconds: 60, freshnessSeconds: 600, releases: [] },
});

export const GATE_VARIATIONS: Partial<Spec<'gate'>> = {
  tenant: 'vendor-a',
  ...{ pcrs: [0], learn: 'first-boot', foretold: true, secureBoot: true, images: ['other'] },
  ...{ intervalSeconds: 30, freshnessSeconds: 300, releases: ['broker'] },
  rules: [{ id: 'loader', action: 'forbid', pcr: 0, component: 'firmware', digests: ['ab'.repeat(32)] }],
  subject: {
    ...{ of: 'vm', vm: 'vm.cell-7/robot-a' },
    boot: { image: 'gateway-guest', kernelArguments: 'quiet', memoryMiB: 192, firmware: 'uefi' },
  },
};

const EDGE = 'edge.cell-7/plant-edge.cell-a';

export const vendorA = resource(
  'policy',
  'vendor-a',
  {
    tenant: 'vendor-a',
    bindings: [{ port: robotPort.address, segment: cellA.address, mac: '02:00:00:00:00:07', ips: ['10.0.0.7'] }],
    links: [
      {
        firewall: 'plc-guard',
        segment: cellA.address,
        port: EDGE,
        outbound: 'to-port',
        rules: [
          {
            id: 'modbus',
            direction: 'outbound',
            action: 'accept',
            protocol: 'tcp',
            sources: [],
            destinations: ['192.168.50.10/32'],
            ports: ['502'],
            log: false,
          },
        ],
      },
    ],
    bridgeNetfilter: true,
  },
  [cellA.address],
);

export const plantEdge = resource(
  'edge',
  'plant-edge.cell-a',
  {
    tenant: 'vendor-a',
    router: 'plant-edge',
    segment: cellA.address,
    uplink: plant.address,
    inside: '10.0.0.1/24',
    insideMac: '02:00:00:00:01:01',
    mtu: 1450,
    outside: '192.168.50.21/24',
    outsideMac: '02:00:00:00:01:02',
    nat: true,
    dhcp: {
      first: '10.0.0.100',
      last: '10.0.0.200',
      leaseSeconds: 3600,
      hosts: [{ mac: '02:00:00:00:00:07', ip: '10.0.0.7', name: 'robot-a' }],
    },
    dns: [],
    routes: [],
  },
  [cellA.address, plant.address, vendorA.address],
);

export const robotA = resource(
  'vm',
  'robot-a',
  {
    tenant: 'vendor-a',
    image: 'tiny-linux',
    kernelArguments: 'gw.eth0=10.0.0.7/24',
    vcpus: 1,
    memoryMiB: 112,
    watchdog: 'none',
    startOrder: 100,
    nics: [{ name: 'eth0', port: robotPort.address, mac: '02:00:00:00:00:07', mtu: 1450 }],
    fieldLine: true,
    running: true,
  },
  [robotPort.address, vendorA.address],
);

export const robotNic = resource(
  'device',
  'nic',
  {
    vm: robotA.address,
    tenant: 'vendor-a',
    label: 'lan-3',
    attach: { by: 'pci', functions: ['0000:02:00.0'] },
    plugged: true,
  },
  [robotA.address],
);

export const SAMPLE: readonly Resource[] = [plant, cellA, robotPort, vendorA, plantEdge, robotA];

/** A design of the sample gateway with these resources, checked by the schema. */
export function designOf(resources: readonly Resource[]): GatewayDesign {
  const tenant = { name: 'vendor-a', colour: '#0072b2', contact: 'line 4, phone 112' };
  return GatewayDesign.parse({
    version: DESIGN_VERSION,
    gateway: { name: GATEWAY, backend: 'simulated', tunnelAddress: '10.251.0.17' },
    tenants: { 'vendor-a': tenant },
    resources: Object.fromEntries(resources.map(entry => [entry.address, entry])),
  });
}

/** A policy whose first link waits for a gate. */
export function gatedPolicy(base: Resource<'policy'>, by: Address<'gate'>): Resource<'policy'> {
  const [first, ...others] = base.spec.links;
  if (first === undefined) throw new Error(`${base.address} has no link`);
  return withSpec(base, { links: [{ ...first, gates: [{ by, otherwise: 'block' }] }, ...others] });
}

/** What is observed when exactly these resources are there. */
export function observedOf(resources: readonly Resource[], generation = 1): Observed {
  const found = resources.map(({ address, kind, spec }) => ({ address, kind, spec, generation, status: {} }));
  return {
    gateway: GATEWAY,
    generation,
    atMs: 0,
    resources: Object.fromEntries(found.map(entry => [entry.address, entry])),
  };
}
