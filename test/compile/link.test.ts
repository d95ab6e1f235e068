import assert from 'node:assert/strict';
import { NODE_TYPES } from '../../nodes/catalog.ts';
import { compile } from '../../runtime/compile/compile.ts';
import { findLoops } from '../../runtime/compile/link/loops.ts';
import { BASE, compileSound, draw, lan, rule, specOf, vm } from './sketch.ts';

const allow = (name: string, to: readonly string[]) => draw('firewall', name, { rules: [rule(`${name}-rule`)] }, [to]);

describe('firewalls between two things', () => {
  it('police the link from left to right, all of them', () => {
    const design = compileSound([
      ...BASE,
      vm('robot', 'g1', 't1', 'lan'),
      lan(['third']),
      allow('first', ['router']),
      allow('second', ['first']),
      allow('third', ['second']),
    ]);
    const { links } = specOf(design, 'policy', 'g1/t1');
    assert.deepEqual(
      links.map(link => link.firewall),
      ['third', 'second', 'first'],
    );
    assert.deepEqual(
      new Set(links.map(link => `${link.port} ${link.outbound}`)),
      new Set(['edge.g1/router.lan to-port']),
    );
  });

  it('police the far side of a router for every leg, after those before it', () => {
    const legs = [
      { vswitch: 'lan', address: '192.168.9.2/24' },
      { vswitch: 'lab', address: '192.168.9.3/24' },
    ];
    const design = compileSound([
      ...BASE.map(node => (node.id === 'router' ? { ...node, outside: legs, wires: [['common']] } : node)),
      vm('robot', 'g1', 't1', 'lan'),
      vm('meter', 'g1', 't1', 'lab'),
      lan(['own']),
      draw('vswitch', 'lab', { tenant: 't1', subnet: '10.0.0.0/24' }, [['router']]),
      allow('own', ['router']),
      allow('common', ['plant']),
    ]);
    const { links } = specOf(design, 'policy', 'g1/t1');
    assert.deepEqual(
      links.map(link => [link.port, link.firewall]),
      [
        ['edge.g1/router.lab', 'common'],
        ['edge.g1/router.lan', 'own'],
        ['edge.g1/router.lan', 'common'],
      ],
    );
  });

  it('police a VM’s own link with the VM on the left', () => {
    const design = compileSound([
      ...BASE,
      vm('robot', 'g1', 't1', 'own'),
      allow('own', ['lan']),
      lan(['guard']),
      allow('guard', ['router']),
    ]);
    const { links } = specOf(design, 'policy', 'g1/t1');
    assert.deepEqual(
      links.map(link => [link.firewall, link.port, link.segment, link.outbound]),
      [
        ['guard', 'edge.g1/router.lan', 'segment.g1/lan', 'to-port'],
        ['own', 'port.g1/robot.eth0', 'segment.g1/lan', 'from-port'],
      ],
    );
  });

  it('police each of several links that pass through one', () => {
    const design = compileSound([
      ...BASE,
      vm('robot', 'g1', 't1', 'own'),
      vm('meter', 'g1', 't1', 'own'),
      allow('own', ['lan']),
      lan(['guard']),
      allow('guard', ['router']),
    ]);
    const ports = specOf(design, 'policy', 'g1/t1')
      .links.filter(link => link.firewall === 'own')
      .map(link => link.port);
    assert.deepEqual(ports, ['port.g1/meter.eth0', 'port.g1/robot.eth0']);
  });

  it('keep their rules in order, with texts made into lists', () => {
    const rules = [
      rule('a', { sources: ' 10.0.0.7 ,10.0.0.8/32', destinations: '192.168.9.0/24', ports: '502, 1024-2048,502-502' }),
      rule('b', { direction: 'inbound', action: 'drop', protocol: 'icmp', ports: '', log: true }),
    ];
    const guard = draw('firewall', 'guard', { rules }, [['router']]);
    const design = compileSound([...BASE, vm('robot', 'g1', 't1', 'lan'), lan(['guard']), guard]);
    assert.deepEqual(specOf(design, 'policy', 'g1/t1').links[0]?.rules, [
      {
        ...{ id: 'a', direction: 'outbound', action: 'accept', protocol: 'tcp', log: false },
        sources: ['10.0.0.7/32', '10.0.0.8/32'],
        destinations: ['192.168.9.0/24'],
        ports: ['502', '1024-2048'],
      },
      {
        ...{ id: 'b', direction: 'inbound', action: 'drop', protocol: 'icmp', log: true },
        ...{ sources: [], destinations: [], ports: [] },
      },
    ]);
  });
});

describe('a wire that does not fit', () => {
  it('names the nearest node on the tab that it would fit', () => {
    const flow = [
      ...BASE,
      { ...vm('robot', 'g1', 't1', 'plant'), x: 100, y: 100 },
      { ...vm('other', 'g1', 't1', 'far'), x: 0, y: 0 },
      { ...draw('vswitch', 'far', { tenant: 't1' }), x: 900, y: 900 },
      { ...draw('vswitch', 'near', { tenant: 't1' }), x: 120, y: 100 },
    ];
    const finding = compile(flow, NODE_TYPES).diagnostics.find(one => one.code === 'GW_WIRE_KIND');
    assert.equal(finding?.remedy, 'Wire it to a virtual switch, through a firewall if you like; the nearest is near.');
  });

  it('says where to go when no such node is drawn', () => {
    const flow = [...BASE, vm('robot', 'g1', 't1', 'plant')];
    const finding = compile(flow, NODE_TYPES).diagnostics.find(one => one.code === 'GW_WIRE_KIND');
    assert.equal(finding?.remedy, 'Wire it to a virtual switch, through a firewall if you like.');
  });
});

describe('the search for circles', () => {
  const loopsIn = (edges: Readonly<Record<string, readonly string[]>>) =>
    findLoops(Object.keys(edges), node => edges[node] ?? []).map(group => [...group].sort());

  it('finds none in a graph that only joins and branches', () => {
    assert.deepEqual(loopsIn({ a: ['b', 'c'], b: ['d'], c: ['d'], d: [] }), []);
  });

  it('finds every circle and leaves out what hangs on it', () => {
    const edges = { in: ['a'], a: ['b'], b: ['c'], c: ['a', 'out'], out: [], self: ['self'], x: ['y'], y: ['x'] };
    assert.deepEqual(loopsIn(edges), [['a', 'b', 'c'], ['self'], ['x', 'y']]);
  });
});
