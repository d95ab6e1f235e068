// Links that wait for attestation gates, on the real kernel: closed as long as nobody opens them, closed again by the kernel when the
// time is over.
import assert from 'node:assert/strict';
import type { PolicySpec } from '../../../runtime/model/kinds/policy.ts';
import type { Resource } from '../../../runtime/model/resource.ts';
import { until } from '../../contract/driver-case.ts';
import type { Machine } from '../../lab/netns.ts';
import { type OpenDriver, openDriver } from './open-driver.ts';
import { binding, link, policy, rule } from './policies.ts';
import { type PolicyLab, policyLab } from './policy-lab.ts';

const SEGMENT = 'segment.cell-7/cell-a';
const ROBOT = 'port.cell-7/robot.eth0';
const EDGE = 'edge.cell-7/plant-edge.cell-a';
const [ROBOT_MAC, PLC_MAC] = ['02:00:00:00:00:01', '02:00:00:00:00:02'];
const ANY = rule('any', { protocol: 'any' });
const [BOOT, BOX] = ['gate.cell-7/boot', 'gate.cell-7/box'] as const;

const drawn = policy([binding(ROBOT, ROBOT_MAC, '10.0.0.1')], [link('guard', EDGE, 'to-port', ANY)]);
function waiting(...gates: readonly (typeof BOOT | typeof BOX)[]): Resource<'policy'> {
  const links = drawn.spec.links.map(one => ({
    ...one,
    gates: gates.map(by => ({ by, otherwise: 'block' as const })),
  }));
  return { ...drawn, spec: { ...drawn.spec, links } satisfies PolicySpec };
}

describe('links that wait for gates', function () {
  this.timeout(120_000);
  let lab: PolicyLab;
  let driver: OpenDriver;
  let robot: Machine;

  before(async () => {
    lab = await policyLab();
    await lab.segment(SEGMENT);
    robot = await lab.station('robot', { end: ROBOT, segment: SEGMENT, mac: ROBOT_MAC, ip: '10.0.0.1/24' });
    await lab.station('plc', { end: EDGE, segment: SEGMENT, mac: PLC_MAC, ip: '10.0.0.2/24' });
    driver = await openDriver(lab);
  });
  beforeEach(() => driver.remove(drawn));
  after(async () => {
    await driver?.close();
    await lab?.close();
  });

  /** Whether the PLC is found and answers. */
  const passes = async () => (await robot.attempt('ping', '-c', '1', '-W', '1', '10.0.0.2')).code === 0;
  const open = (gate: typeof BOOT | typeof BOX, ms: number) =>
    driver.handle.openGate?.(gate, ms) ?? assert.fail('no gates');
  const links = async () => (await driver.handle.observe())[0]?.spec.links;

  it('let nothing pass until their gate opens, and nothing once it closed', async () => {
    await driver.apply(waiting(BOOT));
    assert.equal(await passes(), false);
    await open(BOOT, 60_000);
    assert.equal(await passes(), true);
    await open(BOOT, 0);
    assert.equal(await passes(), false);
  });

  it('are closed by the kernel when the time is over, whoever has died', async () => {
    await driver.apply(waiting(BOOT));
    await open(BOOT, 2_500);
    assert.equal(await passes(), true);
    await driver.close();
    await until(async () => !(await passes()), 'the end of the time');
    driver = await openDriver(lab);
    assert.equal(await passes(), false);
  });

  it('want all of their gates open', async () => {
    await driver.apply(waiting(BOOT, BOX));
    await open(BOOT, 60_000);
    assert.equal(await passes(), false);
    await open(BOX, 60_000);
    assert.equal(await passes(), true);
    await open(BOOT, 0);
    assert.equal(await passes(), false);
  });

  it('stay open over a change of the rules for as long as they were opened', async () => {
    await driver.apply(waiting(BOOT));
    await open(BOOT, 60_000);
    const [first] = waiting(BOOT).spec.links;
    assert.ok(first !== undefined);
    const changed = { ...drawn.spec, links: [{ ...first, rules: [ANY, rule('more', { protocol: 'icmp' })] }] };
    await driver.apply({ ...drawn, spec: changed });
    assert.equal(await passes(), true);
  });

  it('are read back as they were drawn, and without their gates when somebody takes a rule of them away', async () => {
    await driver.apply(waiting(BOOT, BOX));
    assert.deepEqual(await links(), waiting(BOOT, BOX).spec.links);
    await open(BOOT, 60_000);
    assert.deepEqual(await links(), waiting(BOOT, BOX).spec.links);
    const [name = ''] = /gwg[0-9a-f]{10}/.exec(await lab.gateway.run('nft', 'list', 'tables')) ?? [];
    await lab.gateway.run('nft', 'flush', 'chain', 'bridge', name, 'gw_gates');
    assert.deepEqual(await links(), drawn.spec.links);
    await driver.apply(waiting(BOOT, BOX));
    assert.deepEqual(await links(), waiting(BOOT, BOX).spec.links);
  });

  it('lose their table when they wait for nothing any more, and with their policy', async () => {
    const tables = () => lab.gateway.run('nft', 'list', 'tables');
    await driver.apply(waiting(BOOT));
    assert.match(await tables(), /gwg/);
    await driver.apply(drawn);
    assert.doesNotMatch(await tables(), /gwg/);
    assert.equal(await passes(), true);
    await driver.apply(waiting(BOOT));
    await driver.remove(drawn);
    assert.doesNotMatch(await tables(), /gw[gt]/);
  });
});
