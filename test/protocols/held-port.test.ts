// VMs on lines without rules while attestation gates are closed: what they say is refused and told, and what they hear too where the
// gate blocks.
import assert from 'node:assert/strict';
import type { Address } from '../../runtime/model/address.ts';
import type { FieldProtocol } from '../../runtime/protocols/field-line.ts';
import type { LivePort } from '../../runtime/protocols/held-port.ts';
import { mqttLine } from '../../runtime/protocols/mqtt/field-line.ts';
import { serialLine } from '../../runtime/protocols/serial/field-line.ts';
import { websocketLine } from '../../runtime/protocols/websocket/field-line.ts';
import { until } from '../lanes/engine/world.ts';
import type { GuestSocket } from './guest-socket.ts';
import { type LabLine, LineLab, portOf, vmOf } from './line-lab.ts';
import { startBroker } from './mqtt/broker.ts';
import { testLinks } from './mqtt/links.ts';
import { testDevice } from './serial/device.ts';
import { testEnds } from './websocket/links.ts';

const GATE: Address<'gate'> = 'gate.cell-7/boot';
const [ROBOT, METER] = [vmOf('robot'), vmOf('meter')];

/** What is at the other end of a line. */
interface Far {
  readonly protocol: FieldProtocol;
  readonly settings: Readonly<Record<string, unknown>>;
  /** Resolves when it hears the line. */
  ready(): Promise<void>;
  say(text: string): void;
  heard(): readonly string[];
  /** Of one VM. */
  frame(text: string): Readonly<Record<string, unknown>>;
}

const base64 = (text: string) => Buffer.from(text).toString('base64');

/** @param make  of a far end, closed by `after` of its own */
function describeHeld(name: string, make: () => Promise<Far>): void {
  describe(`VMs on a line of ${name} whose gates are closed`, () => {
    let lab: LineLab;
    let far: Far;
    let one: LabLine;
    let robot: GuestSocket;
    let meter: GuestSocket;
    beforeEach(async () => {
      lab = new LineLab();
      far = await make();
      one = await lab.open(far.protocol, { ...far.settings, againMs: 10, againMostMs: 40 });
      [robot, meter] = [await lab.guest('robot'), await lab.guest('meter')];
    });
    afterEach(() => lab.close());

    async function draw(held?: LivePort['held']): Promise<void> {
      await one.line.change([{ ...portOf('robot'), ...(held === undefined ? {} : { held }) }, portOf('meter')]);
      await Promise.all([robot, meter].map(guest => guest.plugIn()));
      await until(() => one.line.figures().state === 'open' && one.end(ROBOT).plugged === true);
      await until(() => one.end(METER).plugged === true);
      await far.ready();
    }
    const open = () => one.line.change([portOf('robot'), portOf('meter')]);

    it('say nothing that passes and hear everything, when reads are left to them', async () => {
      await draw({ by: [GATE], hears: true });
      far.say('to all');
      await until(() => robot.lines.length === 1 && meter.lines.length === 1);
      robot.say(far.frame('refused'));
      await until(() => one.end(ROBOT).in.denied === 1);
      assert.deepEqual(
        one.log.map(({ vm, direction, firewall, rule, passed }) => [vm, direction, firewall, rule, passed]),
        [[ROBOT, 'in', GATE, 'closed', false]],
      );
      assert.ok(
        one.frames.some(({ end, direction, refusedBy }) => end === ROBOT && direction === 'in' && refusedBy === GATE),
      );
      await open();
      robot.say(far.frame('passes'));
      await until(() => far.heard().length === 1);
      assert.deepEqual(far.heard(), ['passes']);
      assert.equal(one.end(ROBOT).in.denied, 1, 'counters stay');
    });

    it('neither say nor hear anything when they are blocked, and others notice nothing', async () => {
      await draw({ by: [GATE], hears: false });
      robot.say(far.frame('refused'));
      far.say('to the meter');
      await until(() => meter.lines.length === 1 && one.end(ROBOT).in.denied === 1);
      assert.deepEqual([robot.lines.length, one.end(ROBOT).out.denied, one.end(METER).out.denied], [0, 1, 0]);
      meter.say(far.frame('of the meter'));
      await until(() => far.heard().length === 1);
      assert.deepEqual(far.heard(), ['of the meter']);
      await open();
      far.say('again');
      await until(() => robot.lines.length === 1 && meter.lines.length === 2);
    });
  });
}

const ends = testEnds();
describeHeld('WebSocket', async () => {
  const end = await ends.server();
  return {
    protocol: websocketLine,
    settings: { role: 'client', url: end.url },
    ready: () => until(() => end.link.peers === 1),
    say: text => void end.link.send(Buffer.from(text)),
    heard: () => end.got.map(frame => Buffer.from(frame).toString()),
    frame: text => ({ data: base64(text) }),
  };
});

const links = testLinks();
let broker: Awaited<ReturnType<typeof startBroker>> | undefined;
let clients = 0;
describeHeld('MQTT', async () => {
  broker ??= await startBroker();
  const { port } = broker;
  clients += 1;
  const end = links.link({ port, subscriptions: [{ filter: `${clients}/out/#` }] });
  await end.open();
  const topic = { subscriptions: [{ filter: `${clients}/in/#` }], publish: [{ filter: `${clients}/out/#` }] };
  const [into, out] = [`${clients}/in/a`, `${clients}/out/a`];
  return {
    protocol: mqttLine,
    settings: { host: '127.0.0.1', port, tls: false, clientId: `held-${clients}`, ...topic },
    ready: async () => {},
    say: text => void end.link.publish({ topic: into, payload: Buffer.from(text), qos: 1, retain: false }),
    heard: () => end.got.map(({ payload }) => Buffer.from(payload).toString()),
    frame: text => ({ topic: out, payload: base64(text) }),
  };
});

after(async () => {
  await Promise.all([ends.close(), links.close()]);
  await broker?.close();
});

describe('a VM on a serial line whose gates are closed', () => {
  let lab: LineLab;
  let device: Awaited<ReturnType<typeof testDevice>>;
  let one: LabLine;
  let robot: GuestSocket;
  beforeEach(async () => {
    lab = new LineLab();
    device = await testDevice('/dev/shm');
    one = await lab.open(serialLine, { path: device.path });
    robot = await lab.guest('robot');
  });
  afterEach(async () => {
    await lab.close();
    await device.close();
  });

  async function draw(held: LivePort['held']): Promise<void> {
    await one.line.change([{ ...portOf('robot'), ...(held === undefined ? {} : { held }) }]);
    await robot.plugIn();
    await until(() => one.line.figures().state === 'open' && one.end(ROBOT).plugged === true);
  }

  it('hears the device and says nothing, until they open', async () => {
    await draw({ by: [GATE], hears: true });
    device.say(Buffer.from('{"level":1}\n'));
    await until(() => robot.lines.length === 1);
    robot.say({ valve: 'open' });
    await until(() => one.end(ROBOT).in.denied === 1);
    assert.deepEqual(
      one.log.map(({ firewall, rule }) => [firewall, rule]),
      [[GATE, 'closed']],
    );
    await draw(undefined);
    robot.say({ valve: 'shut' });
    await until(() => String(device.heard).includes('shut'));
    assert.doesNotMatch(String(device.heard), /open/);
  });

  it('hears nothing either when it is blocked', async () => {
    await draw({ by: [GATE], hears: false });
    device.say(Buffer.from('{"level":1}\n'));
    await until(() => one.end(ROBOT).out.denied === 1);
    await draw(undefined);
    device.say(Buffer.from('{"level":2}\n'));
    await until(() => robot.lines.length === 1);
    assert.deepEqual(robot.heard, [{ level: 2 }]);
  });
});
