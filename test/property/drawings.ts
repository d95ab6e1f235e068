// Random sound drawings of two gateways that share overlays: flow JSON as the editor would deploy it.
import fc from 'fast-check';

export interface Drawn {
  readonly vms: readonly DrawnVm[];
  /** By tenant: the switch, its rules, and whether the edge router serves it. */
  readonly tenants: Readonly<Record<'vendor-a' | 'vendor-b', DrawnTenant>>;
}

interface DrawnVm {
  readonly name: string;
  readonly gateway: 'cell-7' | 'cell-8';
  readonly tenant: 'vendor-a' | 'vendor-b';
  readonly memoryMiB: number;
  readonly startOrder: number;
  readonly addressed: boolean;
}

interface DrawnTenant {
  readonly vni: number;
  readonly mtu: number;
  readonly served: boolean;
  readonly ports: readonly string[];
  readonly nat: boolean;
}

const vm = fc.record({
  name: fc.constantFrom('robot', 'meter', 'press', 'scada'),
  gateway: fc.constantFrom('cell-7' as const, 'cell-8' as const),
  tenant: fc.constantFrom('vendor-a' as const, 'vendor-b' as const),
  memoryMiB: fc.constantFrom(112, 128, 256),
  startOrder: fc.integer({ min: 0, max: 2 }),
  addressed: fc.boolean(),
});

const tenant = (vnis: readonly number[]) =>
  fc.record({
    vni: fc.constantFrom(...vnis),
    mtu: fc.constantFrom(0, 1400),
    served: fc.boolean(),
    ports: fc.uniqueArray(fc.constantFrom('502', '123', '4840', '1000-2000'), { maxLength: 3 }),
    nat: fc.boolean(),
  });

export const randomDrawing: fc.Arbitrary<Drawn> = fc.record({
  vms: fc.uniqueArray(vm, { selector: each => each.name, minLength: 1, maxLength: 4 }),
  tenants: fc.record({ 'vendor-a': tenant([5001, 5003]), 'vendor-b': tenant([5002, 5004]) }),
});

const TENANTS = ['vendor-a', 'vendor-b'] as const;
const GATEWAYS = ['cell-7', 'cell-8'] as const;

/** Flow JSON of a drawing. @param prefix  goes before every node id, as a fresh import would change them */
export function flowOf(drawn: Drawn, prefix: string): readonly unknown[] {
  const id = (name: string) => `${prefix}-${name}`;
  const node = (type: string, name: string, fields: object) => ({
    id: id(`${type}-${name}`),
    type: `gatewright-${type}`,
    v: 1,
    name,
    ...fields,
  });
  const used = TENANTS.filter(name => drawn.vms.some(each => each.tenant === name));
  const served = used.filter(name => drawn.tenants[name].served);
  const place = { z: id('tab'), x: 0, y: 0, was: '' };
  return [
    { id: id('tab'), type: 'tab', label: 'cells' },
    ...GATEWAYS.flatMap((name, index) => gatewayNodes(name, index, id, node)),
    ...TENANTS.map(name => node('tenant', name, { colour: '#0072b2', contact: '' })),
    ...drawn.vms.map((each, index) => node('vm', each.name, { ...place, ...vmFields(each, index, id) })),
    ...used.map(name => node('vswitch', `lan-${name}`, { ...place, ...switchFields(name, drawn.tenants[name], id) })),
    ...served.map(name => node('firewall', `guard-${name}`, { ...place, ...guardFields(drawn.tenants[name], id) })),
    ...(served.length === 0 ? [] : edgeNodes(served, drawn, place, id, node)),
  ];
}

type Id = (name: string) => string;
type Node = (type: string, name: string, fields: object) => object;

function gatewayNodes(name: string, index: number, id: Id, node: Node) {
  const interfaces = ['plant', 'tunnel'].map(label => ({ label, device: `${label}0`, role: 'plant', mac: '' }));
  const size = { model: 'custom', vcpus: 8, memoryMiB: 8192, reservedMemoryMiB: 512 };
  const box = { z: id('tab'), x: 0, y: 0, gateway: id(`gateway-${name}`), interfaces, wires: interfaces.map(() => []) };
  return [
    node('gateway', name, {
      backend: 'simulated',
      agentSocket: '',
      tunnelAddress: `10.251.0.${17 + index}`,
      applyMode: 'manual',
    }),
    node('hardware', `box-${name}`, { ...size, ...box }),
  ];
}

function vmFields(each: DrawnVm, index: number, id: Id) {
  return {
    gateway: id(`gateway-${each.gateway}`),
    tenant: id(`tenant-${each.tenant}`),
    image: 'tiny-linux',
    kernelArguments: '',
    vcpus: 1,
    memoryMiB: each.memoryMiB,
    watchdog: 'none',
    startOrder: each.startOrder,
    nics: [{ name: 'eth0', mac: '', address: each.addressed ? `10.0.0.${10 + index}` : '' }],
    wires: [[id(`vswitch-lan-${each.tenant}`)]],
  };
}

function switchFields(name: 'vendor-a' | 'vendor-b', { vni, mtu, served }: DrawnTenant, id: Id) {
  return {
    tenant: id(`tenant-${name}`),
    mode: 'overlay',
    vni,
    vlan: 0,
    mtu,
    subnet: '10.0.0.0/24',
    wires: [served ? [id(`firewall-guard-${name}`)] : []],
  };
}

function guardFields({ ports }: DrawnTenant, id: Id) {
  const rules = ports.map((port, index) => ({
    id: `allow-${index}`,
    direction: 'outbound',
    action: 'accept',
    protocol: 'tcp',
    sources: '',
    destinations: '192.168.50.10/32',
    ports: port,
    log: false,
  }));
  return { rules, wires: [[id('edge-plant-edge')]] };
}

function edgeNodes(served: readonly ('vendor-a' | 'vendor-b')[], drawn: Drawn, place: object, id: Id, node: Node) {
  const outside = served.map((name, index) => ({ vswitch: `lan-${name}`, address: `192.168.50.${21 + index}/24` }));
  const nat = served.every(name => drawn.tenants[name].nat);
  const edge = { ...place, nat, dhcp: true, leaseSeconds: 3600, dns: '', defaultGateway: '', outside, routes: [] };
  return [
    node('edge', 'plant-edge', { ...edge, wires: [[id('uplink-plant')]] }),
    node('uplink', 'plant', { ...place, gateway: id('gateway-cell-7'), interface: 'plant', wires: [] }),
  ];
}
