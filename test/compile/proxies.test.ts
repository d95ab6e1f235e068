// Rules for Modbus in a firewall on a link of a network: where they land in the design.
import assert from 'node:assert/strict';
import { NODE_TYPES } from '../../nodes/catalog.ts';
import { compile } from '../../runtime/compile/compile.ts';
import {
  BASE,
  box,
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

const modbus = (id: string, functions: string) => ({ id, action: 'accept', functions });
const firewall = (name: string, to: string, modbusRules: readonly object[], rules = [rule('all', { ports: '' })]) =>
  draw('firewall', name, { version: 2, rules, modbusRules }, [[to]]);
const READS = {
  ...{ id: 'reads', action: 'accept', units: [], functions: [1, 2, 3, 4], registers: [], values: [], log: false },
};

/** A robot, two firewalls in a row, the switch, another firewall, and the router. */
const flow: readonly SketchNode[] = [
  ...BASE,
  vm('robot', 'g1', 't1', 'near', { nics: [{ name: 'eth0', mac: '02:00:00:00:00:01', address: '10.0.0.11' }] }),
  firewall('near', 'nearer', [modbus('reads', 'read')]),
  firewall('nearer', 'lan', []),
  lan(['far']),
  firewall('far', 'router', [modbus('reads', 'read')]),
];

describe('rules for Modbus on a link of a network', () => {
  const design = compileSound(flow);
  const leg = specOf(design, 'edge', 'g1/router.lan');

  it('make a proxy for each guarded end, which knows the router of the switch', () => {
    const common = { tenant: 't1', segment: 'segment.g1/lan', mtu: 1500, router: leg.inside };
    assert.deepEqual(specOf(design, 'proxy', 'g1/robot.eth0'), {
      ...common,
      port: 'port.g1/robot.eth0',
      guards: [{ firewall: 'near', rules: [READS] }],
    });
    assert.deepEqual(specOf(design, 'proxy', 'g1/router.lan'), {
      ...common,
      port: 'edge.g1/router.lan',
      guards: [{ firewall: 'far', rules: [READS] }],
    });
  });

  it('let the policy send Modbus there, and say who else is on the segment', () => {
    const { links } = specOf(design, 'policy', 'g1/t1');
    const legs = [{ leg: 'edge.g1/router.lan', mac: leg.insideMac }];
    assert.deepEqual(
      links.map(({ firewall: name, proxied }) => [name, proxied]),
      [
        ['far', { legs }],
        ['near', { legs }],
        ['nearer', undefined],
      ],
    );
  });

  it('stay out of the policy, so that other rules change the proxy alone', () => {
    const other = flow.map(node => (node.id === 'near' ? { ...node, modbusRules: [modbus('reads', '3')] } : node));
    const changed = compileSound(other);
    assert.deepEqual(specOf(changed, 'policy', 'g1/t1'), specOf(design, 'policy', 'g1/t1'));
    assert.notDeepEqual(specOf(changed, 'proxy', 'g1/robot.eth0'), specOf(design, 'proxy', 'g1/robot.eth0'));
  });

  it('want the segment and the policy first, so that nothing passes before it is judged', () => {
    assert.deepEqual(needsOf(design, 'proxy.g1/robot.eth0'), ['policy.g1/t1', 'segment.g1/lan']);
  });

  it('find the router of an overlay on whichever gateway it is, and name the legs of the own segment only', () => {
    const wide = compileSound([
      ...BASE.filter(node => node.id !== 'g1'),
      config('gateway', 'g1', { tunnelAddress: '10.9.0.1' }),
      ...box('g2', '10.9.0.2'),
      vm('robot', 'g2', 't1', 'near', { nics: [{ name: 'eth0', mac: '02:00:00:00:00:01', address: '10.0.0.11' }] }),
      firewall('near', 'lan', [modbus('reads', 'read')]),
      lan(['far'], { mode: 'overlay', vni: 7 }),
      firewall('far', 'router', []),
    ]);
    assert.equal(specOf(wide, 'proxy', 'g2/robot.eth0').router, leg.inside);
    assert.deepEqual(specOf(wide, 'policy', 'g2/t1').links[0]?.proxied, { legs: [] });
  });

  it('make one for each segment of an uplink that several share', () => {
    const two = compileSound([
      tab,
      ...box('g1'),
      config('tenant', 't1'),
      draw('uplink', 'plant', { gateway: 'g1', interface: 'plant' }),
      ...['one', 'two'].flatMap((name, index) => [
        vm(`robot-${name}`, 'g1', 't1', name, { nics: [{ name: 'eth0', mac: `02:00:00:00:00:0${index}` }] }),
        draw('vswitch', name, { tenant: 't1', mode: 'vlan', vlan: index + 10 }, [[`guard-${name}`]]),
        firewall(`guard-${name}`, 'plant', [modbus('reads', 'read')]),
      ]),
    ]);
    for (const name of ['one', 'two'])
      assert.deepEqual(specOf(two, 'proxy', `g1/plant.${name}`), {
        ...{ tenant: 't1', segment: `segment.g1/${name}`, port: 'uplink.g1/plant', mtu: 1500 },
        guards: [{ firewall: `guard-${name}`, rules: [READS] }],
      });
  });

  describe('that say who asks', () => {
    const asked = (direction: string) => [{ ...modbus('reads', 'read'), direction }];
    const wired = (nic: object, direction: string): readonly SketchNode[] => [
      ...BASE,
      vm('robot', 'g1', 't1', 'near', { nics: [{ name: 'eth0', ...nic }] }),
      firewall('near', 'lan', asked(direction)),
      vm('panel', 'g1', 't1', 'lan', { nics: [{ name: 'eth0', address: '10.0.0.12' }] }),
      lan(['far']),
      firewall('far', 'router', asked(direction)),
    ];
    const addressed = { address: '10.0.0.11' };

    it('tell the proxy of a VM its address, and that of a router the addresses of all VMs of the switch', () => {
      const directed = compileSound(wired(addressed, 'to-vm'));
      assert.deepEqual(specOf(directed, 'proxy', 'g1/robot.eth0').vms, ['10.0.0.11']);
      assert.deepEqual(specOf(directed, 'proxy', 'g1/router.lan').vms, ['10.0.0.11', '10.0.0.12']);
      const [rule] = specOf(directed, 'proxy', 'g1/robot.eth0').guards[0]?.rules ?? [];
      assert.deepEqual(rule, { ...READS, direction: 'to-vm' });
    });

    it('are what they were when they hold both ways, written or not', () => {
      const both = compileSound(wired(addressed, 'both'));
      assert.deepEqual(specOf(both, 'proxy', 'g1/robot.eth0').guards, [{ firewall: 'near', rules: [READS] }]);
      assert.equal(specOf(both, 'proxy', 'g1/robot.eth0').vms, undefined);
    });

    it('warn of a VM without an address, whose requests are nobody’s', () => {
      const { diagnostics } = compile(wired({}, 'from-vm'), NODE_TYPES);
      assert.deepEqual(
        diagnostics.map(({ severity, code, source }) => [severity, code, source.node, source.field]),
        [['warning', 'GW_RULE_ASKER_UNKNOWN', 'robot', 'nics[0].address']],
      );
    });

    it('warn where no VM is on the switch at all', () => {
      const { diagnostics } = compile([...BASE, lan(['far']), firewall('far', 'router', asked('from-vm'))], NODE_TYPES);
      assert.ok(
        diagnostics.some(({ code, summary }) => code === 'GW_RULE_ASKER_UNKNOWN' && /no VM on lan/.test(summary)),
      );
    });
  });

  it('are nothing where a firewall has none: port 502 is like any other then', () => {
    const plain = compileSound(flow.map(node => ({ ...node, ...('modbusRules' in node ? { modbusRules: [] } : {}) })));
    const kinds = Object.values(plain.resources).map(({ kind }) => kind);
    assert.equal(kinds.includes('proxy'), false);
    assert.ok(specOf(plain, 'policy', 'g1/t1').links.every(({ proxied }) => proxied === undefined));
  });
});
