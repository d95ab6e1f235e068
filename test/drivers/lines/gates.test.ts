// VMs on a line that wait for attestation gates: closed as long as nobody opens them, and closed again when the time is over.
import assert from 'node:assert/strict';
import { realpathSync } from 'node:fs';
import type { Handle } from '../../../runtime/model/driver.ts';
import type { Gated } from '../../../runtime/model/kinds/gated.ts';
import type { LinePort, LineSpec } from '../../../runtime/model/kinds/line.ts';
import type { TrafficTick } from '../../../runtime/model/line-figures.ts';
import { step } from '../../contract/driver-case.ts';
import { resource } from '../../contract/samples.ts';
import { openPeers, type Peers } from '../../protocols/modbus/peers/programs.ts';
import { type Master, read, UNIT, write } from './master.ts';
import { port, rule, serialLine } from './sample.ts';
import { opened, openSite, type Site, statusOf } from './site.ts';

const [ILLEGAL_FUNCTION, PATH_UNAVAILABLE] = ['01', '0a'];
const MINUTE = 60_000;

describe('a line of which VMs wait for gates', function () {
  this.timeout(60_000);
  let peers: Peers;
  let site: Site;
  let handle: Handle<'line'>;
  let robot: Master;
  let meter: Master;

  const gated = (name: string, otherwise: Gated['otherwise']): Gated => ({ by: `gate.cell-7/${name}`, otherwise });
  const waiting = (...gates: readonly Gated[]): LinePort => ({ ...port('robot', 'acme'), gates: [...gates] });
  async function draw(...ports: readonly LinePort[]): Promise<LineSpec> {
    const [ours, theirs] = await peers.ptyPair();
    await peers.libmodbusRtuServer(theirs, UNIT);
    const spec = serialLine(realpathSync(ours), { messages: 'read', ports: [...ports] });
    await handle.create(resource('line', 'meters', spec), step(1));
    await opened(handle);
    return spec;
  }
  const open = (name: string, ms: number) => handle.openGate?.(`gate.cell-7/${name}`, ms) ?? assert.fail('no gates');

  beforeEach(async () => {
    peers = openPeers();
    site = await openSite();
    handle = await site.connect();
    [robot, meter] = [await site.master('robot'), await site.master('meter')];
  });
  afterEach(async () => {
    await site.close();
    await peers.close();
  });

  it('lets a VM read and refuses its writes with an exception, until its gate opens; others notice nothing', async () => {
    const spec = await draw(port('meter', 'grid'), waiting(gated('boot', 'read-only')));
    assert.equal(await robot.ask(read(100)), '03020064');
    assert.equal(await robot.ask(write(100, 7)), `86${ILLEGAL_FUNCTION}`);
    assert.equal(await meter.ask(write(101, 8)), write(101, 8));
    await open('boot', MINUTE);
    assert.equal(await robot.ask(write(100, 7)), write(100, 7));
    await open('boot', 0);
    assert.equal(await robot.ask(write(100, 9)), `86${ILLEGAL_FUNCTION}`);
    assert.equal(await robot.ask(read(100)), '03020007', 'the device heard nothing of it');
    assert.deepEqual((await handle.observe())[0]?.spec, spec);
    const { log } = await statusOf(handle);
    assert.ok(
      log.some(entry => JSON.stringify(entry).includes('boot')),
      'the log names the gate',
    );
  });

  it('answers a VM that is blocked with an exception, whatever it asks', async () => {
    await draw(waiting(gated('boot', 'block')));
    assert.equal(await robot.ask(read(100)), `83${PATH_UNAVAILABLE}`);
    await open('boot', MINUTE);
    assert.equal(await robot.ask(read(100)), '03020064');
  });

  it('closes by itself when the time is over', async () => {
    await draw(waiting(gated('boot', 'block')));
    await open('boot', 300);
    const first = await robot.ask(read(100));
    assert.ok([`83${PATH_UNAVAILABLE}`, '03020064'].includes(first));
    let answer = first;
    for (let asked = 0; asked < 500 && answer !== `83${PATH_UNAVAILABLE}`; asked += 1)
      answer = await robot.ask(read(100));
    assert.equal(answer, `83${PATH_UNAVAILABLE}`);
  });

  it('wants all of its gates open', async () => {
    await draw(waiting(gated('boot', 'read-only'), gated('box', 'block')));
    await open('boot', MINUTE);
    assert.equal(await robot.ask(read(100)), `83${PATH_UNAVAILABLE}`);
    await open('box', MINUTE);
    assert.equal(await robot.ask(write(100, 7)), write(100, 7));
    await open('boot', 0);
    assert.equal(await robot.ask(write(100, 8)), `86${ILLEGAL_FUNCTION}`);
  });

  it('keeps a gate open over a kill of the process of lines for as long as it was opened, and no other one', async () => {
    await draw(port('meter', 'grid'), waiting(gated('boot', 'block')));
    await open('boot', MINUTE);
    await open('other', MINUTE);
    site.programs[0]?.kill('SIGKILL');
    await site.programs[0]?.ended;
    await opened(handle);
    assert.equal(await robot.ask(read(100)), '03020064');
  });

  it('keeps the counters of its gates over their opening and closing, beside a firewall of the same name', async () => {
    const drawnPort = port('robot', 'acme', { firewall: 'boot', rules: [rule('units', { functions: [3, 6] })] });
    await draw({ ...drawnPort, gates: [gated('boot', 'read-only')] });
    assert.equal(await robot.ask(write(100, 7)), `86${ILLEGAL_FUNCTION}`);
    await open('boot', MINUTE);
    assert.equal(await robot.ask(write(100, 7)), write(100, 7));
    await open('boot', 0);
    assert.equal(await robot.ask(write(100, 8)), `86${ILLEGAL_FUNCTION}`);
    const end = (await statusOf(handle)).ends.find(({ end: name }) => name === 'vm.cell-7/robot');
    const hits = (firewall: string, id: string) =>
      end?.firewalls.find(one => one.firewall === firewall)?.rules.find(one => one.id === id)?.hits;
    assert.deepEqual([hits('gate.cell-7/boot', 'closed'), hits('boot', 'units'), end?.in.denied], [2, 1, 2]);
  });

  it('shows in its traffic who is held up by which gates', async () => {
    await draw(port('meter', 'grid'), waiting(gated('boot', 'read-only'), gated('box', 'block')));
    const heldBy = async () => {
      const ticked = Promise.withResolvers<TrafficTick>();
      const stop = handle.traffic?.(ticked.resolve, () => {});
      const tick = await ticked.promise;
      stop?.();
      return Object.fromEntries((tick.lines[0]?.figures.ends ?? []).map(({ end, heldBy: by }) => [end, by]));
    };
    assert.deepEqual((await heldBy())['vm.cell-7/robot'], ['gate.cell-7/box', 'gate.cell-7/boot']);
    assert.equal((await heldBy())['vm.cell-7/meter'], undefined);
    await open('box', MINUTE);
    assert.deepEqual((await heldBy())['vm.cell-7/robot'], ['gate.cell-7/boot']);
    await open('boot', MINUTE);
    assert.equal((await heldBy())['vm.cell-7/robot'], undefined);
  });

  it('takes another drawing while a gate is open, and closes by what is drawn then', async () => {
    const spec = await draw(port('meter', 'grid'), waiting(gated('boot', 'block')));
    await open('boot', MINUTE);
    await open('box', MINUTE);
    const other = { ...spec, ports: [port('meter', 'grid'), waiting(gated('box', 'read-only'))] };
    await handle.update(resource('line', 'meters', other), [], step(2));
    await open('boot', 0);
    assert.equal(await robot.ask(write(100, 7)), write(100, 7));
    await open('box', 0);
    assert.equal(await robot.ask(write(100, 8)), `86${ILLEGAL_FUNCTION}`);
    assert.equal(await robot.ask(read(100)), '03020007');
  });

  it('is closed in a process of its own that nobody told of gates', async () => {
    await draw(waiting(gated('boot', 'block')));
    await open('boot', MINUTE);
    await handle.close();
    handle = await site.connect();
    await opened(handle);
    assert.equal(await robot.ask(read(100)), `83${PATH_UNAVAILABLE}`);
  });
});
