// The contract of drivers, asked of Modbus proxies on the real kernel.
import assert from 'node:assert/strict';
import { bridge } from '../../../runtime/drivers/bridge/driver.ts';
import { proxy } from '../../../runtime/drivers/proxy/driver.ts';
import { describeDriver } from '../../contract/describe-driver.ts';
import { netnsLab } from '../../lab/netns.ts';
import { at, resource, segmentSpec, step, testWorld } from '../gateway-lab.ts';

const cells = ['cell-a', 'cell-b'].map(name => resource(at('segment', 'cell-7', name), segmentSpec({ vswitch: name })));
const rule = { id: 'reads', units: [], functions: [3], registers: [], values: [], action: 'accept', log: false };

/** With names like ours: a namespace, and a cable of another gateway. */
const FOREIGN: readonly (readonly string[])[] = [
  ['ip', 'netns', 'add', 'gwq0123456789'],
  ['ip', 'link', 'add', 'gwm0123456789', 'type', 'veth', 'peer', 'name', 'gwj0123456789'],
  ['ip', 'link', 'set', 'gwm0123456789', 'alias', 'gatewright:proxy.cell-8/robot-a.eth0;generation=1;tenant=vendor-a'],
];

describeDriver(
  'a Modbus proxy on Linux',
  async () => {
    const lab = netnsLab();
    const machine = await lab.machine('cell-7');
    const gateway = await testWorld(machine);
    const { handle } = await gateway.connect(bridge, 'segment');
    for (const cell of cells) await handle.create(cell, step(1));
    const [driver] = proxy.drivers;
    assert.ok(driver !== undefined);
    // A bridge has the MAC address of one of its ports, and no carrier without any; that changes by itself.
    const links = async () =>
      (JSON.parse(await machine.run('ip', '-j', 'link')) as Readonly<Record<string, unknown>>[]).map(
        ({ ifname, ifalias, master, mtu }) => [ifname, ifalias, master, mtu],
      );
    const state = async () => [
      await links(),
      await machine.run('ls', '/run/netns'),
      (await machine.run('bridge', 'fdb')).split('\n').filter(line => line.includes(' static')),
    ];
    let foreign: unknown;
    return {
      driver,
      world: gateway.world,
      sample: resource(at('proxy', 'cell-7', 'robot-a.eth0'), {
        tenant: 'vendor-a',
        segment: at('segment', 'cell-7', 'cell-a'),
        port: at('port', 'cell-7', 'robot-a.eth0'),
        mtu: 1450,
        guards: [{ firewall: 'plc-guard', rules: [rule] }],
      }),
      variations: {
        tenant: 'vendor-b',
        segment: at('segment', 'cell-7', 'cell-b'),
        port: at('edge', 'cell-7', 'plant-edge.cell-a'),
        mtu: 1400,
        router: '10.0.0.1/24',
        guards: [{ firewall: 'other-guard', rules: [] }],
        vms: ['10.0.0.7'],
      },
      foreign: {
        async make() {
          for (const argv of FOREIGN) await machine.run(...argv);
          foreign = await state();
        },
        check: async () => assert.deepEqual(await state(), foreign),
      },
      snapshot: state,
      async close() {
        await lab.close();
        await gateway.close();
      },
    };
  },
  { timeoutMs: 120_000 },
);
