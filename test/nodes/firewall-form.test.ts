import assert from 'node:assert/strict';
import { FirewallConfig } from '../../nodes/firewall/config.ts';
import { guardedBy } from '../../nodes/firewall/form/guarded.ts';
import { hitsOf } from '../../nodes/firewall/form/rule-hits.ts';
import { RULE_LISTS } from '../../nodes/firewall/form/rule-lists.ts';
import { NOTHING } from '../server/fake-lines.ts';

const LISTS = { modbus: 'modbusRules', can: 'canRules' };
const guard = (firewall: string) => ({ firewall, rules: [] });
const design = {
  resources: {
    'line.cell/meters': {
      ...{ address: 'line.cell/meters', kind: 'line' },
      spec: {
        protocol: 'modbus',
        ports: [
          { vm: 'vm.cell/a', tenant: 'one', guards: [guard('wall')] },
          { vm: 'vm.cell/b', tenant: 'two', guards: [guard('other')] },
          { vm: 'vm.cell/c', tenant: 'two', guards: [guard('other'), guard('wall')] },
        ],
      },
    },
    'policy.cell-2/one': {
      ...{ address: 'policy.cell-2/one', kind: 'policy' },
      spec: { tenant: 'one', links: [{ firewall: 'wall' }, { firewall: 'wall' }] },
    },
    'policy.cell-3/one': {
      ...{ address: 'policy.cell-3/one', kind: 'policy' },
      spec: { tenant: 'one', links: [{ firewall: 'other' }] },
    },
  },
} as never;

describe('what a firewall guards', () => {
  it('is the VMs behind it on each line, each network with links through it, and the gateways where it decides', () =>
    assert.deepEqual(guardedBy('wall', design), {
      buses: [{ line: 'line.cell/meters', protocol: 'modbus', vms: ['vm.cell/a', 'vm.cell/c'] }],
      networks: [{ policy: 'policy.cell-2/one', tenant: 'one', gateway: 'cell-2' }],
      gateways: ['cell', 'cell-2'],
    }));

  it('is nothing before it is deployed', () => {
    assert.deepEqual(guardedBy('new', design), { buses: [], networks: [], gateways: [] });
    assert.deepEqual(guardedBy('wall', null), { buses: [], networks: [], gateways: [] });
  });
});

describe('the hits of the rules of a firewall', () => {
  const line = (protocol: string, ...firewalls: readonly (readonly [string, number, number?])[]) => {
    const ends = firewalls.map(([firewall, hits, lastHit]) => ({
      ...{ end: 'vm.cell/a', in: NOTHING, out: NOTHING },
      firewalls: [{ firewall, rules: [{ id: 'reads', hits, over: 0, ...(lastHit === undefined ? {} : { lastHit }) }] }],
    }));
    return { address: `line.cell/${protocol}`, kind: 'line', spec: { protocol }, generation: 1, status: { ends } };
  };
  const policy = {
    ...{ address: 'policy.cell/one', kind: 'policy', spec: {}, generation: 1 },
    status: {
      counters: {
        'wall@port.cell/a.eth0': { default: { packets: 3, bytes: 9 }, plc: { packets: 7, bytes: 99 } },
        'wall@port.cell/b.eth0': { default: { packets: 1, bytes: 9 }, plc: { packets: 1, bytes: 99 } },
        'wall-2@port.cell/b.eth0': { default: { packets: 50, bytes: 9 } },
      },
    },
  };
  const seen = (...resources: readonly Readonly<Record<string, unknown> & { address: string }>[]) =>
    [{ resources: Object.fromEntries(resources.map(one => [one.address, one])) }] as never;
  const plain = (found: ReturnType<typeof hitsOf>) =>
    Object.fromEntries([...found].map(([list, hits]) => [list, Object.fromEntries(hits)]));

  it('are added up over all ends, with the newest time', () =>
    assert.deepEqual(
      plain(
        hitsOf('wall', seen(line('modbus', ['wall', 3, 100], ['wall', 4, 90], ['other', 50, 200], ['wall', 0])), LISTS),
      ),
      { modbusRules: { reads: { hits: 7, lastMs: 100 } } },
    ));

  it('are kept apart by the list of the protocol, and are packets on networks', () =>
    assert.deepEqual(
      plain(hitsOf('wall', seen(line('can', ['wall', 2, 5]), line('mqtt', ['wall', 9]), policy), LISTS)),
      {
        canRules: { reads: { hits: 2, lastMs: 5 } },
        rules: { default: { hits: 4 }, plc: { hits: 8 } },
      },
    ));

  it('are those of the proxies of guarded links too', () => {
    const status = { firewalls: [{ firewall: 'wall', rules: [{ id: 'reads', hits: 6, over: 0, lastHit: 300 }] }] };
    const proxy = { address: 'proxy.cell/a.eth0', kind: 'proxy', spec: {}, generation: 1, status };
    assert.deepEqual(plain(hitsOf('wall', seen(line('modbus', ['wall', 3, 100]), proxy), LISTS)), {
      modbusRules: { reads: { hits: 9, lastMs: 300 } },
    });
  });

  it('are none of what is not whole', () => {
    const half = { address: 'line.cell/x', kind: 'line', spec: { protocol: 'can' }, generation: 1, status: {} };
    assert.deepEqual(plain(hitsOf('wall', seen(half, { ...policy, status: {} }), LISTS)), {});
  });
});

describe('a rule of a flow that was written by hand', () => {
  it('means the same when the form has shown it, whatever it lacks', () => {
    const empty = { name: 'wall', was: '', rules: [], modbusRules: [], canRules: [] };
    for (const { field: list, columns } of RULE_LISTS) {
      const rule = (row: object) => FirewallConfig.parse({ ...empty, [list]: [row] });
      for (const { field, kind, absent } of columns.filter(column => column.field !== 'id')) {
        const shown = kind === 'switch' ? false : (absent ?? '');
        assert.deepEqual(rule({ id: 'one', [field]: shown }), rule({ id: 'one' }), `${list} ${field}`);
      }
    }
  });
});
