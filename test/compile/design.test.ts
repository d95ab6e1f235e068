import assert from 'node:assert/strict';
import { designFor, GatewayDesign } from '../../runtime/model/design.ts';
import {
  BASE,
  box,
  codesOf,
  compileSound,
  config,
  draw,
  lan,
  needsOf,
  rule,
  type SketchNode,
  specOf,
  tab,
  vm,
} from './sketch.ts';

const guard = draw('firewall', 'guard', { rules: [rule('modbus')] }, [['router']]);
const sound = [...BASE, vm('robot', 'g1', 't1', 'lan'), lan(['guard']), guard];

function changed(flow: readonly SketchNode[], id: string, fields: object): readonly SketchNode[] {
  return flow.map(node => (node.id === id ? { ...node, ...fields } : node));
}

/** Three boxes joined by one overlay; its router is on the first. */
const overlay: readonly SketchNode[] = [
  ...BASE.filter(node => node.id !== 'g1'),
  config('gateway', 'g1', { tunnelAddress: '10.9.0.1' }),
  ...box('g2', '10.9.0.20'),
  ...box('g3', '10.9.0.3'),
  lan(['guard'], { mode: 'overlay', vni: 77 }),
  guard,
  vm('robot-1', 'g1', 't1', 'lan', { nics: [{ name: 'eth0', mac: '02:00:00:00:00:01', address: '10.0.0.11' }] }),
  vm('robot-2', 'g2', 't1', 'lan', { nics: [{ name: 'eth0', mac: '02:00:00:00:00:02', address: '10.0.0.12' }] }),
  vm('robot-3', 'g3', 't1', 'lan', { nics: [{ name: 'eth0', mac: '02:00:00:00:00:03' }] }),
];

describe('an overlay', () => {
  const design = compileSound(overlay);
  const router = specOf(design, 'edge', 'g1/router.lan').insideMac;

  it('has one segment on each gateway it spans, and each knows who is behind the others', () => {
    assert.deepEqual(specOf(design, 'segment', 'g2/lan'), {
      tenant: 't1',
      vswitch: 'lan',
      mode: 'overlay',
      mtu: 1450,
      vni: 77,
      tunnelAddress: '10.9.0.20',
      peers: [
        { address: '10.9.0.1', macs: ['02:00:00:00:00:01', router] },
        { address: '10.9.0.3', macs: ['02:00:00:00:00:03'] },
      ],
    });
  });

  it('lets the router give fixed leases to VMs on every gateway, and the rest of the subnet to others', () => {
    assert.deepEqual(specOf(design, 'edge', 'g1/router.lan').dhcp, {
      first: '10.0.0.2',
      last: '10.0.0.254',
      leaseSeconds: 3600,
      hosts: [
        { mac: '02:00:00:00:00:01', ip: '10.0.0.11', name: 'robot-1' },
        { mac: '02:00:00:00:00:02', ip: '10.0.0.12', name: 'robot-2' },
      ],
    });
  });

  it('gives every tenant a policy wherever it has ports, with rules only where the link is', () => {
    const links = (place: string) => specOf(design, 'policy', place).links.length;
    assert.deepEqual(['g1/t1', 'g2/t1', 'g3/t1'].map(links), [1, 0, 0]);
  });

  it('gives a tenant a policy on the router’s gateway even when its VMs are elsewhere', () => {
    const away = compileSound(overlay.filter(node => node.id !== 'robot-1'));
    assert.deepEqual(specOf(away, 'policy', 'g1/t1').bindings, []);
    assert.ok(needsOf(away, 'edge.g1/router.lan').includes('policy.g1/t1'));
  });

  it('is cut into designs that each gateway’s agent accepts', () => {
    for (const gateway of ['g1', 'g2', 'g3']) {
      const part = designFor(design, gateway);
      assert.deepEqual(GatewayDesign.parse(JSON.parse(JSON.stringify(part))), JSON.parse(JSON.stringify(part)));
    }
  });
});

describe('the order of resources', () => {
  it('puts cards before switches, switches before ports, policies before what they guard', () => {
    const design = compileSound(sound);
    assert.deepEqual(needsOf(design, 'segment.g1/lan'), []);
    assert.deepEqual(needsOf(design, 'port.g1/robot.eth0'), ['segment.g1/lan']);
    assert.deepEqual(needsOf(design, 'policy.g1/t1'), ['segment.g1/lan']);
    assert.deepEqual(needsOf(design, 'edge.g1/router.lan'), ['policy.g1/t1', 'segment.g1/lan', 'uplink.g1/plant']);
    assert.deepEqual(needsOf(design, 'vm.g1/robot'), ['policy.g1/t1', 'port.g1/robot.eth0']);
  });

  it('starts VMs by their start order, gateway by gateway', () => {
    const order = (name: string, startOrder: number) => vm(name, 'g1', 't1', 'lan', { startOrder });
    const design = compileSound([
      ...sound,
      order('first', 10),
      order('second', 50),
      order('twin', 50),
      order('last', 900),
    ]);
    const vms = (name: string) => needsOf(design, `vm.g1/${name}`).filter(address => address.startsWith('vm.'));
    assert.deepEqual(vms('first'), []);
    assert.deepEqual(vms('second'), ['vm.g1/first']);
    assert.deepEqual(vms('robot'), ['vm.g1/second', 'vm.g1/twin']);
    assert.deepEqual(vms('last'), ['vm.g1/robot']);
  });

  it('puts the uplink before a switch that is bridged onto it', () => {
    const direct = draw('firewall', 'guard', { rules: [rule('modbus')] }, [['plant']]);
    const design = compileSound([
      ...BASE.filter(node => node.id !== 'router'),
      vm('robot', 'g1', 't1', 'lan'),
      lan(['guard']),
      direct,
    ]);
    assert.equal(specOf(design, 'segment', 'g1/lan').uplink, 'uplink.g1/plant');
    assert.deepEqual(needsOf(design, 'segment.g1/lan'), ['uplink.g1/plant']);
    assert.deepEqual(needsOf(design, 'policy.g1/t1'), ['segment.g1/lan', 'uplink.g1/plant']);
    assert.equal(specOf(design, 'policy', 'g1/t1').links[0]?.port, 'uplink.g1/plant');
  });
});

describe('a declared rename', () => {
  const renamed = compileSound(changed(sound, 'robot', { name: 'arm', was: 'robot' }));

  it('of a VM covers its network cards, and keeps their MAC addresses', () => {
    assert.equal(renamed.resources['vm.g1/arm']?.was, 'vm.g1/robot');
    assert.equal(renamed.resources['port.g1/arm.eth0']?.was, 'port.g1/robot.eth0');
    const before = compileSound(sound);
    assert.equal(specOf(renamed, 'port', 'g1/arm.eth0').mac, specOf(before, 'port', 'g1/robot.eth0').mac);
  });

  it('of a switch covers its segments and the legs on it', () => {
    const flow = changed(changed(sound, 'lan', { name: 'net', was: 'lan' }), 'router', {
      outside: [{ vswitch: 'net', address: '192.168.9.2/24' }],
    });
    const design = compileSound(flow);
    assert.equal(design.resources['segment.g1/net']?.was, 'segment.g1/lan');
    assert.equal(design.resources['edge.g1/router.net']?.was, 'edge.g1/router.lan');
  });

  it('of a router covers its legs', () => {
    const design = compileSound(changed(sound, 'router', { name: 'way-out', was: 'router' }));
    assert.equal(design.resources['edge.g1/way-out.lan']?.was, 'edge.g1/router.lan');
  });

  it('to the same name says nothing', () => {
    assert.deepEqual(compileSound(changed(sound, 'robot', { was: 'robot' })), compileSound(sound));
  });
});

describe('switches on an uplink', () => {
  const vlan = (name: string, id: number) =>
    draw('vswitch', name, { tenant: 't1', mode: 'vlan', vlan: id }, [[`${name}-guard`]]);
  const guardOf = (name: string) => draw('firewall', `${name}-guard`, { rules: [rule('all')] }, [['plant']]);

  it('share it when they are VLANs with different ids', () => {
    const flow = [
      tab,
      ...box('g1'),
      config('tenant', 't1'),
      draw('uplink', 'plant', { gateway: 'g1', interface: 'plant' }),
    ];
    const two = [vlan('red', 10), guardOf('red'), vlan('blue', 20), guardOf('blue')];
    const design = compileSound([...flow, ...two, vm('a', 'g1', 't1', 'red'), vm('b', 'g1', 't1', 'blue')]);
    assert.equal(specOf(design, 'segment', 'g1/red').vlan, 10);
    assert.equal(specOf(design, 'segment', 'g1/blue').uplink, 'uplink.g1/plant');
  });
});

describe('findings that follow from others', () => {
  it('are left out: a faulty VM does not make its switch unused', () => {
    assert.deepEqual(codesOf(changed(sound, 'robot', { name: 'Robot' })), ['GW_NAME_INVALID']);
  });

  it('are left out: a faulty gateway is said once, not at everything on it', () => {
    assert.deepEqual(codesOf(changed(sound, 'g1', { backend: 'magic' })), ['GW_FIELD_INVALID']);
  });

  it('are left out: a faulty tenant is said once', () => {
    assert.deepEqual(codesOf(changed(sound, 't1', { name: 'T 1' })), ['GW_NAME_INVALID']);
  });

  it('are left out: a faulty switch is said once', () => {
    assert.deepEqual(codesOf(changed(sound, 'lan', { subnet: 'ten' })), ['GW_NETWORK_INVALID']);
  });
});
