// A sound drawing of about any size: cells of ten nodes, each with its own gateway. Same size, same drawing.

interface DrawnNode {
  readonly id: string;
  readonly type: string;
  readonly [field: string]: unknown;
}

const NODES_PER_CELL = 10;

/** Flow JSON with at least `nodes` nodes (rounded up to whole cells, plus a tab). */
export function drawing(nodes: number): readonly DrawnNode[] {
  const cells = Math.max(1, Math.ceil(nodes / NODES_PER_CELL));
  return [
    { id: 'tab', type: 'tab', label: 'bench' },
    ...Array.from({ length: cells }, (_unused, index) => cell(index)).flat(),
  ];
}

/** Flow JSON of one firewall with many rules on the only path to the uplink. */
export function drawingWithRules(rules: number): readonly DrawnNode[] {
  const flow = [{ id: 'tab', type: 'tab', label: 'bench' } as DrawnNode, ...cell(0)];
  return flow.map(node => (node.type === 'gatewright-firewall' ? { ...node, rules: manyRules(rules) } : node));
}

function manyRules(count: number) {
  return Array.from({ length: count }, (_unused, index) => ({
    ...rule(`r${index}`),
    destinations: `10.${(index >> 12) & 255}.${(index >> 4) & 255}.${(index & 15) * 16}/28`,
  }));
}

function rule(id: string) {
  return {
    id,
    direction: 'outbound',
    action: 'accept',
    protocol: 'tcp',
    sources: '',
    destinations: '192.168.50.10/32',
    ports: '502',
    log: false,
  };
}

function cell(index: number): DrawnNode[] {
  const id = (part: string) => `c${index}-${part}`;
  const at = { z: 'tab', v: 1, x: 0, y: 0 };
  const network = `10.${(index >> 8) & 255}.${index & 255}`;
  const vm = (number: number): DrawnNode => ({
    ...at,
    id: id(`vm${number}`),
    type: 'gatewright-vm',
    name: `vm-${number}`,
    was: '',
    gateway: id('gateway'),
    tenant: id('tenant'),
    image: 'tiny-linux',
    kernelArguments: '',
    vcpus: 1,
    memoryMiB: 128,
    watchdog: 'none',
    startOrder: 100,
    nics: [{ name: 'eth0', mac: '', address: `${network}.${10 + number}` }],
    wires: [[id('vswitch')]],
  });
  return [
    {
      id: id('gateway'),
      type: 'gatewright-gateway',
      v: 1,
      name: `g${index}`,
      backend: 'simulated',
      agentSocket: '',
      tunnelAddress: '',
      applyMode: 'manual',
    },
    { id: id('tenant'), type: 'gatewright-tenant', v: 1, name: `t${index}`, colour: '#0072b2', contact: '' },
    {
      ...at,
      id: id('hardware'),
      type: 'gatewright-hardware',
      name: `box-${index}`,
      gateway: id('gateway'),
      model: 'custom',
      vcpus: 8,
      memoryMiB: 8192,
      reservedMemoryMiB: 512,
      interfaces: [{ label: 'plant', device: 'plant0', role: 'plant', mac: '' }],
      wires: [[]],
    },
    vm(1),
    vm(2),
    vm(3),
    {
      ...at,
      id: id('vswitch'),
      type: 'gatewright-vswitch',
      name: 'lan',
      was: '',
      tenant: id('tenant'),
      mode: 'local',
      vni: 0,
      vlan: 0,
      mtu: 0,
      subnet: `${network}.0/24`,
      wires: [[id('firewall')]],
    },
    {
      ...at,
      id: id('firewall'),
      type: 'gatewright-firewall',
      name: 'guard',
      was: '',
      rules: [rule('modbus')],
      wires: [[id('edge')]],
    },
    {
      ...at,
      id: id('edge'),
      type: 'gatewright-edge',
      name: 'router',
      was: '',
      nat: true,
      dhcp: true,
      leaseSeconds: 3600,
      dns: '',
      defaultGateway: '',
      outside: [{ vswitch: 'lan', address: '192.168.50.21/24' }],
      routes: [],
      wires: [[id('uplink')]],
    },
    {
      ...at,
      id: id('uplink'),
      type: 'gatewright-uplink',
      name: 'plant',
      gateway: id('gateway'),
      interface: 'plant',
      wires: [],
    },
  ];
}
