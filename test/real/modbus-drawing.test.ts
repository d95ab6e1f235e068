// From a drawing to judged Modbus: compiled, planned and applied by an agent with the real drivers of a Linux network. In place
// of the VM and its tap stands a station of the test.
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAgent, type LocalAgent } from '../../runtime/agent/agent.ts';
import { bridge } from '../../runtime/drivers/bridge/driver.ts';
import { edge } from '../../runtime/drivers/edge/driver.ts';
import { nftables } from '../../runtime/drivers/nftables/driver.ts';
import { proxy } from '../../runtime/drivers/proxy/driver.ts';
import { portDevice } from '../../runtime/host/linux/device-name.ts';
import { designFor, type GatewayDesign } from '../../runtime/model/design.ts';
import { BASE, box, compileSound, config, draw, lan, rule, type SketchNode, vm } from '../compile/sketch.ts';
import { type Machine, type NetnsLab, netnsLab } from '../lab/netns.ts';
import { labHost } from '../lab/netns-host.ts';
import { built } from '../protocols/modbus/peers/programs.ts';
import { plugStation, poll, servePlc } from './modbus-site.ts';

const PLC = '192.168.9.10';
const open = rule('all', { ports: '' });
const reads = { id: 'reads', action: 'accept', functions: 'read' };

/** A robot, its switch, a firewall with these rules for Modbus, and a router to the plant. */
function drawn(modbusRules: readonly object[]): GatewayDesign {
  const flow: readonly SketchNode[] = [
    ...BASE.filter(node => !['g1', 'g1-box'].includes(node.id)),
    ...box('g1').filter(node => node.id !== 'g1'),
    config('gateway', 'g1', { backend: 'linux' }),
    vm('robot', 'g1', 't1', 'lan', { nics: [{ name: 'eth0', mac: '02:00:00:00:00:01', address: '10.0.0.11' }] }),
    lan(['guard']),
    draw('firewall', 'guard', { version: 2, rules: [open], modbusRules }, [['router']]),
  ];
  const design = designFor(compileSound(flow), 'g1');
  assert.ok(design !== undefined);
  const kept = Object.entries(design.resources).filter(([, { kind }]) => kind !== 'vm' && kind !== 'port');
  return { ...design, resources: Object.fromEntries(kept) };
}

describe('a drawing with rules for Modbus on a network', function () {
  this.timeout(120_000);
  let lab: NetnsLab;
  let folder: string;
  let agent: LocalAgent;
  let gateway: Machine;
  let robot: Machine;

  before(async () => {
    lab = netnsLab();
    folder = await mkdtemp(join(tmpdir(), 'gw-drawing-'));
    gateway = await lab.machine('g1');
    const plant = await lab.machine('plant');
    await lab.cable(gateway, 'eno2', plant, 'eth0');
    await plant.run('ip', 'addr', 'add', `${PLC}/24`, 'dev', 'eth0');
    await servePlc(plant, built(folder, 'server'));
    agent = await createAgent({
      ...{ gateway: 'g1', backend: 'linux', driverSets: [bridge, edge, nftables, proxy], version: 'test' },
      ...{ host: labHost(gateway), stateDirectory: join(folder, 'state'), now: Date.now },
      settings: { nft: 'library', nftNamespace: `/proc/${gateway.pid}/ns/net` },
    });
  });
  after(async () => {
    await agent?.close();
    await lab?.close();
    await rm(folder, { recursive: true, force: true });
  });

  const apply = async (design: GatewayDesign) => {
    const plan = await agent.plan(design);
    const result = await agent.apply({ design, planHash: plan.hash, onFailure: 'stop' }, () => {});
    assert.equal(result.outcome, 'applied', JSON.stringify(result));
    assert.deepEqual((await agent.plan(design)).steps, []);
    return plan.steps.map(step => step.id);
  };

  it('is judged once it is applied', async () => {
    const steps = await apply(drawn([reads]));
    assert.ok(
      steps.some(id => id.includes('proxy.g1/router.lan')),
      steps.join(),
    );
    robot = await plugStation(
      lab,
      gateway,
      'robot',
      portDevice('port.g1/robot.eth0'),
      'segment.g1/lan',
      '02:00:00:00:00:01',
      '10.0.0.11/24',
    );
    await robot.run('ip', 'route', 'add', 'default', 'via', '10.0.0.1');
    assert.match(await poll(robot, PLC), /\[7\]:\s+7/);
    assert.match(await poll(robot, PLC, '9'), /Illegal function/);
  });

  it('is changed in the proxy alone when a rule for Modbus changes', async () => {
    const steps = await apply(drawn([reads, { id: 'writes', action: 'accept', functions: '6' }]));
    assert.equal(steps.length, 1);
    assert.match(steps[0] ?? '', /proxy\.g1\/router\.lan/);
    assert.match(await poll(robot, PLC, '9'), /Written 1 references/);
  });

  it('is mended when somebody takes the proxy away', async () => {
    const namespaces = (await gateway.run('ls', '/run/netns')).split('\n').filter(name => name.startsWith('gwq'));
    assert.equal(namespaces.length, 1);
    await gateway.run('ip', 'netns', 'delete', namespaces[0] ?? '');
    const drift = await agent.drift();
    assert.deepEqual(
      drift?.steps.map(({ address }) => address),
      ['proxy.g1/router.lan'],
    );
    await apply(drawn([reads]));
    assert.match(await poll(robot, PLC), /\[7\]:\s+9/);
    assert.match(await poll(robot, PLC, '8'), /Illegal function/);
  });

  it('leaves port 502 like any other when its rules for Modbus are gone', async () => {
    await apply(drawn([]));
    assert.equal(await gateway.run('ls', '/run/netns').then(names => names.includes('gwq')), false);
    assert.match(await poll(robot, PLC, '8'), /Written 1 references/);
  });
});
