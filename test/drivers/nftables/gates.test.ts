// Links that wait for attestation gates, on the real kernel: closed as long as nobody opens them, closed again by the kernel when the
// time is over.
import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import { proxyStation } from '../../../runtime/host/linux/device-name.ts';
import type { PolicySpec } from '../../../runtime/model/kinds/policy.ts';
import { proxyOf } from '../../../runtime/model/kinds/proxy.ts';
import type { Resource } from '../../../runtime/model/resource.ts';
import { until } from '../../contract/driver-case.ts';
import type { Machine } from '../../lab/netns.ts';
import { type OpenDriver, openDriver } from './open-driver.ts';
import { binding, link, policy, rule } from './policies.ts';
import { type PolicyLab, policyLab, type Station } from './policy-lab.ts';

const SEGMENT = 'segment.cell-7/cell-a';
const OTHER = 'segment.cell-7/cell-b';
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

type Figures = Readonly<Record<string, { readonly packets: number }>>;

/** What a program has said until now. */
function readable(program: ChildProcess): () => string {
  let heard = '';
  program.stdout?.on('data', bytes => {
    heard += String(bytes);
  });
  return () => heard;
}

/** A TCP connection from one machine to another that stays. */
async function talk(from: Machine, to: Machine, host: string) {
  const server = to.start('nc', '-l', '5000');
  const heard = readable(server);
  await until(async () => (await to.run('ss', '-ltn')).includes(':5000 '), 'a listener');
  const write = (text: string) => from.run('sh', '-c', 'echo "$0" >> /run/said', text);
  await from.run('sh', '-c', ': > /run/said');
  from.start('sh', '-c', 'tail -f /run/said | nc "$0" 5000', host);
  return {
    heard,
    write,
    async says(text: string): Promise<boolean> {
      await write(text);
      await until(() => heard().endsWith(`${text}\n`), `${text} to arrive`);
      return true;
    },
  };
}

describe('links that wait for gates', function () {
  this.timeout(120_000);
  let lab: PolicyLab;
  let driver: OpenDriver;
  let robot: Machine;
  let plc: Machine;
  let camera: Machine;
  let recorder: Machine;
  /** Name of the tables of another tenant. */
  let theirTable = '';

  before(async () => {
    lab = await policyLab();
    await lab.segment(SEGMENT);
    robot = await lab.station('robot', { end: ROBOT, segment: SEGMENT, mac: ROBOT_MAC, ip: '10.0.0.1/24' });
    plc = await lab.station('plc', { end: EDGE, segment: SEGMENT, mac: PLC_MAC, ip: '10.0.0.2/24' });
    await lab.segment(OTHER);
    const station = (name: string, digit: number, end: Station['end']) =>
      lab.station(name, { end, segment: OTHER, mac: `02:00:00:00:01:0${digit}`, ip: `10.1.0.${digit}/24` });
    camera = await station('camera', 1, 'port.cell-7/camera.eth0');
    recorder = await station('recorder', 2, 'port.cell-7/recorder.eth0');
    driver = await openDriver(lab);
    const theirs = { ...link('theirs', 'port.cell-7/camera.eth0', 'from-port', ANY), segment: OTHER } as const;
    await driver.apply(policy([], [theirs], 'vendor-b'));
    [theirTable = ''] = /gwt[0-9a-f]{10}/.exec(await lab.gateway.run('nft', 'list', 'tables')) ?? [];
  });
  beforeEach(() => driver.remove(drawn));
  after(async () => {
    await driver?.close();
    await lab?.close();
  });

  /** Whether the PLC is found and answers; once more, as a question who it is may be on its way from before. */
  const passes = async () => (await robot.attempt('ping', '-c', '3', '-i', '0.4', '-W', '1', '10.0.0.2')).code === 0;
  const open = (gate: typeof BOOT | typeof BOX, ms: number) =>
    driver.handle.openGate?.(gate, ms) ?? assert.fail('no gates');
  const look = async (one: Resource<'policy'>) =>
    (await driver.handle.observe()).find(({ address }) => address === one.address);
  const seen = () => look(drawn);
  const links = async () => (await seen())?.spec.links;
  const refused = async () => ((await seen())?.status as { gates?: Figures } | undefined)?.gates?.[BOOT]?.packets ?? 0;

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

  it('cut a connection that is there at once, count what they refuse, and leave other tenants alone', async () => {
    await driver.apply(waiting(BOOT));
    await open(BOOT, 60_000);
    const ours = await talk(robot, plc, '10.0.0.2');
    const theirs = await talk(camera, recorder, '10.1.0.2');
    assert.deepEqual(await Promise.all([ours.says('one'), theirs.says('one')]), [true, true]);
    await open(BOOT, 0);
    await ours.write('two');
    assert.equal(await theirs.says('two'), true);
    await until(async () => (await refused()) > 0, 'a frame that is refused');
    assert.equal(ours.heard(), 'one\n');
    const before = await refused();
    await driver.apply(waiting(BOOT));
    assert.ok((await refused()) >= before, 'an apply forgets no count');
    await open(BOOT, 60_000);
    await until(() => ours.heard() === 'one\ntwo\n', 'what was sent meanwhile');
  });

  it('keep what is open when their policy gets another name', async () => {
    await driver.apply(waiting(BOOT));
    await open(BOOT, 60_000);
    const other = { ...waiting(BOOT), address: 'policy.cell-7/vendor-z' as const };
    const context = { generation: 9, signal: new AbortController().signal };
    await driver.handle.update(other, [], context, drawn.address);
    assert.equal(await passes(), true);
    assert.deepEqual([await seen(), (await look(other))?.spec.links], [undefined, waiting(BOOT).spec.links]);
    await driver.remove(other);
  });

  it('do not let Modbus by their proxy pass either', async () => {
    const [first] = waiting(BOOT).spec.links;
    assert.ok(first !== undefined);
    const own = link('guard', ROBOT, 'from-port', ANY);
    const links = [{ ...own, gates: first.gates, proxied: { legs: [] } }];
    await driver.apply({ ...drawn, spec: { ...drawn.spec, links } });
    const proxy = proxyStation(proxyOf(ROBOT, SEGMENT));
    const listening = await lab.station('proxy', { end: `nic:${proxy.device}`, segment: SEGMENT, mac: proxy.mac });
    const asks = async () => {
      const seen = listening.start('tcpdump', '-lni', 'eth0', '-c', '1', 'tcp', 'port', '502');
      const heard = readable(seen);
      await until(async () => (await listening.run('cat', '/proc/net/packet')).split('\n').length > 2, 'a listener');
      await robot.attempt('nc', '-z', '-w', '1', '10.0.0.2', '502');
      const got = heard().includes('.502: ');
      seen.kill();
      return got;
    };
    assert.equal(await asks(), false);
    await open(BOOT, 60_000);
    assert.equal(await asks(), true, 'the proxy is asked when it may be');
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
    const tables = async () => (await lab.gateway.run('nft', 'list', 'tables')).replaceAll(theirTable, 'other');
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
