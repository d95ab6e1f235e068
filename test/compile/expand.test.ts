import assert from 'node:assert/strict';
import { NODE_TYPES } from '../../nodes/catalog.ts';
import { compile } from '../../runtime/compile/compile.ts';
import {
  BASE,
  box,
  codesOf,
  compileSound,
  config,
  draw,
  lan,
  rule,
  type SketchNode,
  specOf,
  tab,
  variable,
  vm,
} from './sketch.ts';

const guard = draw('firewall', 'guard', { rules: [rule('modbus')] }, [['router']]);
const sound = [...BASE, vm('robot', 'g1', 't1', 'lan'), lan(['guard']), guard];

/** The same node with other fields. */
function changed(flow: readonly SketchNode[], id: string, fields: object): readonly SketchNode[] {
  return flow.map(node => (node.id === id ? { ...node, ...fields } : node));
}

describe('wires that take a detour', () => {
  const direct = compileSound(sound);

  it('are the same through a junction', () => {
    const junction = { id: 'j', type: 'junction', z: 'tab', wires: [['lan']] };
    assert.deepEqual(compileSound([...changed(sound, 'robot', { wires: [['j']] }), junction]), direct);
  });

  it('are the same through link nodes, on another tab too', () => {
    const links = [
      { id: 'other', type: 'tab', label: 'Other' },
      { id: 'out', type: 'link out', z: 'tab', mode: 'link', links: ['in'], wires: [] },
      { id: 'in', type: 'link in', z: 'other', links: ['out'], wires: [['lan']] },
    ];
    assert.deepEqual(compileSound([...changed(sound, 'robot', { wires: [['out']] }), ...links]), direct);
  });

  it('are cut by a link out node that answers a call', () => {
    const links = [
      { id: 'out', type: 'link out', z: 'tab', mode: 'return', links: ['in'], wires: [] },
      { id: 'in', type: 'link in', z: 'tab', links: ['out'], wires: [['lan']] },
    ];
    assert.ok(codesOf([...changed(sound, 'robot', { wires: [['out']] }), ...links]).includes('GW_NIC_DISCONNECTED'));
  });

  it('are cut by an ordinary node: beyond it there are only messages', () => {
    const debug = { id: 'fn', type: 'function', z: 'tab', wires: [['lan']] };
    assert.ok(codesOf([...changed(sound, 'robot', { wires: [['fn']] }), debug]).includes('GW_NIC_DISCONNECTED'));
  });

  it('to and from ordinary nodes are taps and commands, and change nothing', () => {
    const strangers = [
      { id: 'inject', type: 'inject', z: 'tab', wires: [['robot', 'lan', 'guard', 'router', 'plant']] },
      { id: 'debug', type: 'debug', z: 'tab', wires: [] },
    ];
    const tapped = changed(changed(sound, 'lan', { wires: [['guard', 'debug']] }), 'guard', {
      wires: [['debug', 'router']],
    });
    assert.deepEqual(compileSound([...tapped, ...strangers]), direct);
  });
});

describe('what is disabled', () => {
  it('is not there: a node', () => {
    const flow = [...sound, { ...vm('camera', 'g1', 't1', 'lan'), d: true }];
    assert.deepEqual(compileSound(flow), compileSound(sound));
  });

  it('is not there: a tab with everything on it', () => {
    const off = { id: 'off', type: 'tab', label: 'Off', disabled: true };
    const flow = [...sound, off, { ...vm('camera', 'g1', 't1', 'lan'), z: 'off' }];
    assert.deepEqual(compileSound(flow), compileSound(sound));
  });

  it('is not there: an instance of a subflow', () => {
    const template = { id: 'cell', type: 'subflow', name: 'Cell' };
    const inner = { ...vm('camera', 'g1', 't1', []), z: 'cell' };
    const flow = [...sound, template, inner, { id: 'i', type: 'subflow:cell', z: 'tab', d: true }];
    assert.deepEqual(compileSound(flow), compileSound(sound));
  });
});

describe('a variable', () => {
  const entry = (value: string, type = 'str') => [{ name: 'NETWORK', value, type }];
  const flow = changed(changed(sound, 'lan', { subnet: variable('NETWORK') }), 'router', { dhcp: variable('DHCP') });
  const inside = (nodes: readonly SketchNode[]) => specOf(compileSound(nodes), 'edge', 'g1/router.lan').inside;
  const global = {
    id: 'global',
    type: 'global-config',
    env: [...entry('10.1.0.0/24'), { name: 'DHCP', value: 'false', type: 'bool' }],
  };
  const group = { id: 'inner', type: 'group', z: 'tab', g: 'outer', name: 'Inner', env: [] as object[] };
  const outer = { id: 'outer', type: 'group', z: 'tab', name: 'Outer', env: entry('10.3.0.0/24') };

  it('comes from the global settings', () => assert.equal(inside([...flow, global]), '10.1.0.1/24'));

  it('comes from the tab before that', () => {
    assert.equal(inside([...changed(flow, 'tab', { env: entry('10.2.0.0/24') }), global]), '10.2.0.1/24');
  });

  it('comes from the nearest group before that', () => {
    const grouped = [
      ...changed(changed(flow, 'tab', { env: entry('10.2.0.0/24') }), 'lan', { g: 'inner' }),
      global,
      outer,
    ];
    assert.equal(inside([...grouped, group]), '10.3.0.1/24');
    assert.equal(inside([...grouped, { ...group, env: entry('10.4.0.0/24') }]), '10.4.0.1/24');
    assert.equal(inside([...grouped, { ...group, env: entry('$parent.NETWORK', 'env') }]), '10.3.0.1/24');
    assert.equal(inside([...grouped, { ...group, env: entry('NETWORK', 'env') }]), '10.3.0.1/24');
  });

  it('keeps its type', () => {
    const { dhcp } = specOf(compileSound([...flow, global]), 'edge', 'g1/router.lan');
    assert.equal(dhcp, undefined);
    const vcpus = { ...global, env: [...global.env, { name: 'CPUS', value: '3', type: 'num' }] };
    const design = compileSound([...changed(flow, 'robot', { vcpus: variable('CPUS') }), vcpus]);
    assert.equal(specOf(design, 'vm', 'g1/robot').vcpus, 3);
  });

  it('may stand in rows of lists and in the older form', () => {
    const design = compileSound([
      ...changed(flow, 'robot', { nics: [{ name: 'eth0', address: '$(IP)' }] }),
      { ...global, env: [...global.env, { name: 'IP', value: '10.1.0.9' }] },
    ]);
    assert.deepEqual(specOf(design, 'port', 'g1/robot.eth0').ips, ['10.1.0.9']);
  });

  it('is never taken from the process', () => {
    process.env.GATEWRIGHT_TEST_NETWORK = '10.9.0.0/24';
    try {
      assert.ok(
        codesOf(changed(sound, 'lan', { subnet: variable('GATEWRIGHT_TEST_NETWORK') })).includes('GW_ENV_UNKNOWN'),
      );
    } finally {
      delete process.env.GATEWRIGHT_TEST_NETWORK;
    }
  });

  it('ends even when groups are in each other', () => {
    const groups = [
      { ...group, g: 'outer' },
      { ...outer, g: 'inner', env: [] },
    ];
    assert.ok(codesOf([...changed(flow, 'lan', { g: 'inner' }), ...groups]).includes('GW_ENV_UNKNOWN'));
  });
});

describe('a subflow', () => {
  // A cell: a VM behind its own firewall, with its name and network card out of variables. Its output is the cell's output.
  const template = {
    id: 'cell',
    type: 'subflow',
    name: 'Cell',
    in: [],
    out: [{ wires: [{ id: 'cell-guard', port: 0 }] }],
    env: [
      { name: 'NAME', type: 'str', value: 'nobody' },
      { name: 'GUARD', type: 'str', value: 'guard-0' },
    ],
  };
  const inner = [
    { ...vm('cell-vm', 'g1', 't1', 'cell-guard'), z: 'cell', name: variable('NAME') },
    { ...draw('firewall', 'cell-guard', { rules: [rule('all', { ports: '' })] }), z: 'cell', name: variable('GUARD') },
  ];
  const instance = (id: string, name: string, guardName: string, to: string) => ({
    id,
    type: 'subflow:cell',
    z: 'tab',
    env: [
      { name: 'NAME', type: 'str', value: name },
      { name: 'GUARD', type: 'str', value: guardName },
    ],
    wires: [[to]],
  });
  const instances = [instance('i1', 'robot-1', 'guard-1', 'lan'), instance('i2', 'robot-2', 'guard-2', 'lan')];
  const flow = [...BASE, lan(['guard']), guard, template, ...inner, ...instances];

  it('is drawn once for each instance, with the instance’s variables', () => {
    const design = compileSound(flow);
    const vms = Object.keys(design.resources).filter(address => address.startsWith('vm.'));
    assert.deepEqual(vms, ['vm.g1/robot-1', 'vm.g1/robot-2']);
    assert.deepEqual(
      specOf(design, 'policy', 'g1/t1').links.map(link => [link.firewall, link.port]),
      [
        ['guard', 'edge.g1/router.lan'],
        ['guard-1', 'port.g1/robot-1.eth0'],
        ['guard-2', 'port.g1/robot-2.eth0'],
      ],
    );
  });

  it('names its nodes by the path of instances', () => {
    assert.equal(compileSound(flow).resources['vm.g1/robot-2']?.source.node, 'i2/cell-vm');
  });

  it('may stand in a subflow, and look its variables up outside', () => {
    const nested = {
      id: 'line',
      type: 'subflow',
      name: 'Line',
      out: [{ wires: [{ id: 'inner-cell', port: 0 }] }],
      env: [{ name: 'ROBOT', type: 'str', value: 'robot-7' }],
    };
    const innerCell = { ...instance('inner-cell', variable('ROBOT'), 'guard-7', ''), z: 'line', wires: [] };
    const line = { id: 'l1', type: 'subflow:line', z: 'tab', wires: [['lan']] };
    const design = compileSound([...BASE, lan(['guard']), guard, template, ...inner, nested, innerCell, line]);
    assert.equal(design.resources['vm.g1/robot-7']?.source.node, 'l1/inner-cell/cell-vm');
  });

  it('lets wires in, and straight through', () => {
    const pass = {
      id: 'pass',
      type: 'subflow',
      name: 'Guarded way',
      in: [{ wires: [{ id: 'pass-guard' }] }],
      out: [{ wires: [{ id: 'pass-guard', port: 0 }] }],
    };
    const straight = {
      id: 'straight',
      type: 'subflow',
      in: [{ wires: [] }],
      out: [{ wires: [{ id: 'straight', port: 0 }] }],
    };
    const passGuard = { ...guard, id: 'pass-guard', z: 'pass', wires: [[]] };
    const ways = [
      { id: 'p1', type: 'subflow:pass', z: 'tab', wires: [['s1']] },
      { id: 's1', type: 'subflow:straight', z: 'tab', wires: [['router']] },
    ];
    const design = compileSound([
      ...BASE,
      vm('robot', 'g1', 't1', 'lan'),
      lan(['p1']),
      pass,
      passGuard,
      straight,
      ...ways,
    ]);
    assert.deepEqual(specOf(design, 'policy', 'g1/t1'), specOf(compileSound(sound), 'policy', 'g1/t1'));
  });

  it('may hold its own tenant, found before one outside', () => {
    const own = { ...config('tenant', 't2'), z: 'cell' };
    const mixed = inner.map(node => (node.id === 'cell-vm' ? { ...node, tenant: 't2' } : node));
    const { diagnostics } = compile(
      [...BASE, lan(['guard']), guard, template, own, ...mixed, instances[0]],
      NODE_TYPES,
    );
    assert.deepEqual(
      diagnostics.map(one => one.code),
      ['GW_TENANT_MIXED'],
    );
  });

  it('may take the gateway as a variable', () => {
    const env = [...template.env, { name: 'BOX', type: 'gatewright-gateway', value: 'g1' }];
    const moved = inner.map(node => (node.id === 'cell-vm' ? { ...node, gateway: variable('BOX') } : node));
    assert.deepEqual(
      compileSound([...BASE, lan(['guard']), guard, { ...template, env }, ...moved, ...instances]),
      compileSound(flow),
    );
  });
});

describe('two boxes', () => {
  it('may stand on different tabs', () => {
    const other = { id: 'other', type: 'tab', label: 'Other' };
    const nodes = box('g2').map(node => (node.z === undefined ? node : { ...node, z: 'other' }));
    assert.deepEqual(Object.keys(compileSound([tab, other, ...box('g1'), ...nodes]).gateways), ['g1', 'g2']);
  });
});
