// Lines of MQTT against mosquitto, with sockets in place of VMs.
import assert from 'node:assert/strict';
import { isGatewrightError } from '../../../runtime/model/errors.ts';
import { mqttLine } from '../../../runtime/protocols/mqtt/field-line.ts';
import { mqttWords } from '../../../runtime/protocols/mqtt/words.ts';
import type { GuestSocket } from '../guest-socket.ts';
import { type LabLine, LineLab, portOf, spokenAt, vmOf } from '../line-lab.ts';
import { openRelay } from '../relay.ts';
import { type Broker, freePort, startBroker } from './broker.ts';
import { testLinks, until } from './links.ts';

const SECRET = 'hunter2-and-more';
const base64 = (text: string) => Buffer.from(text).toString('base64');
const textOf = ({ payload }: Readonly<Record<string, unknown>>) => Buffer.from(String(payload), 'base64').toString();
const said = (topic: string, text: string, more: Readonly<Record<string, unknown>> = {}) => ({
  ...{ topic, payload: base64(text), ...more },
});
const everything = { subscriptions: [{ filter: 'in/#' }], publish: [{ filter: 'out/#' }] };
const codeOf = (error: unknown) => (isGatewrightError(error) ? error.code : String(error));

describe('a line of MQTT', () => {
  const { link, close } = testLinks();
  let broker: Broker;
  let lab: LineLab;
  let names = 0;

  before(async () => {
    broker = await startBroker();
  });
  beforeEach(() => {
    lab = new LineLab();
  });
  afterEach(() => Promise.all([close(), lab.close()]));
  after(() => broker.close());

  function open(
    settings: Readonly<Record<string, unknown>>,
    more: Parameters<LineLab['open']>[2] = {},
  ): Promise<LabLine> {
    names += 1;
    const usual = {
      host: '127.0.0.1',
      port: broker.port,
      tls: false,
      clientId: `line-${names}`,
      againMs: 10,
      againMostMs: 50,
    };
    return lab.open(mqttLine, { ...usual, ...settings }, more);
  }

  /** VMs that are switched on and wired to a line, which is connected. */
  async function wire(one: LabLine, ...vms: readonly string[]): Promise<readonly GuestSocket[]> {
    const guests = await Promise.all(vms.map(vm => lab.guest(vm)));
    await one.line.change(vms.map(vm => portOf(vm)));
    await Promise.all(guests.map(guest => guest.plugIn()));
    await until(() => one.line.figures().ends.every(({ plugged }) => plugged !== false));
    return guests;
  }

  it('tells every VM what comes, and the broker what VMs and messages say, byte for byte', async () => {
    const far = link({ port: broker.port, subscriptions: [{ filter: 'out/#' }] });
    await far.open();
    const one = await open(everything);
    const guests = await wire(one, 'robot', 'meter');
    const bytes = Buffer.from(Uint8Array.from({ length: 256 }, (_, value) => value));
    far.link.publish({ topic: 'in/a', payload: bytes, qos: 1, retain: false });
    await until(() => guests.every(({ lines }) => lines.length === 1));
    for (const { heard } of guests) {
      const [{ atMs, ...message } = {}] = heard;
      assert.deepEqual(message, { topic: 'in/a', payload: bytes.toString('base64'), qos: 1, retain: false });
      assert.equal(typeof atMs, 'number');
    }
    guests[0]?.say(said('out/robot', bytes.toString('latin1')), {
      topic: 'out/robot',
      payload: bytes.toString('base64'),
      qos: 0,
    });
    await until(() => far.got.length === 2);
    assert.deepEqual([far.got.map(({ qos }) => qos), Buffer.from(far.got[1]?.payload ?? [])], [[1, 0], bytes]);
    const { request, answer } = mqttWords.question({ topic: 'out/flow', payload: { on: true }, qos: 1 });
    assert.deepEqual(answer(await one.line.ask(request, 'write')), {
      topic: 'out/flow',
      payload: '{"on":true}',
      qos: 1,
      retain: false,
    });
    await until(() => far.got.length === 3);
    assert.deepEqual(far.texts()[2], '{"on":true}');
    assert.deepEqual(
      (['device', vmOf('robot'), vmOf('meter'), 'messages'] as const).map(end => {
        const { in: came, out } = one.end(end);
        return [came.frames, out.frames];
      }),
      [
        [1, 3],
        [2, 1],
        [0, 1],
        [1, 0],
      ],
    );
    assert.deepEqual(spokenAt(one.frames, vmOf('meter'), 'out'), [
      said('in/a', bytes.toString('latin1'), { payload: bytes.toString('base64'), qos: 1, retain: false }),
    ]);
    assert.equal(spokenAt(one.frames, 'device', 'out').length, 3);
  });

  it('lets nothing be published that nobody lets, nor kept by the broker, nor at a higher QoS', async () => {
    const far = link({ port: broker.port, subscriptions: [{ filter: '#' }] });
    await far.open();
    const publish = [{ filter: 'quick/+', qos: 0 }, { filter: 'kept/+', retain: true }, { filter: 'plain/+' }];
    const [one, closed] = [await open({ publish }), await open({})];
    const [robot] = await wire(one, 'robot');
    const [mute] = await wire(closed, 'mute');
    mute?.say(said('plain/a', 'no'));
    robot?.say(
      ...[said('other/a', 'no'), said('plain/a/b', 'no'), said('plain/a', 'no', { retain: true })],
      ...[said('$SYS/a', 'no'), said('plain/+', 'no'), said('quick/a', 'yes'), said('kept/a', 'yes', { retain: true })],
      said('plain/a', 'yes'),
    );
    await until(() => far.got.length === 3 && closed.end(vmOf('mute')).in.denied === 1);
    assert.deepEqual(
      far.got.map(({ topic, qos }) => [topic, qos]),
      [
        ['quick/a', 0],
        ['kept/a', 1],
        ['plain/a', 1],
      ],
    );
    assert.deepEqual(one.end(vmOf('robot')).in.denied, 3);
    assert.deepEqual(one.end(vmOf('robot')).in.malformed, 2, 'topics that are none');
    assert.deepEqual(
      one.log.map(({ vm, direction, firewall, passed, frame }) => [
        vm,
        direction,
        firewall,
        passed,
        JSON.parse(Buffer.from(frame, 'hex').toString()).topic,
      ]),
      ['other/a', 'plain/a/b', 'plain/a'].map(topic => [vmOf('robot'), 'in', 'publish', false, topic]),
    );
    assert.equal(one.frames.filter(({ refusedBy }) => refusedBy === 'publish').length, 3);
    const asked = [
      ...[
        { topic: 'other/a', payload: 'no' },
        { topic: 'plain/a', payload: 'no', retain: true },
      ],
    ].map(payload => one.line.ask(mqttWords.question(payload).request, 'write').then(() => 'sent', codeOf));
    assert.deepEqual(await Promise.all(asked), ['GW_MQTT_PUBLISH', 'GW_MQTT_PUBLISH']);
    const good = mqttWords.question({ topic: 'plain/a', payload: 'x' }).request;
    await assert.rejects(one.line.ask(good, 'read'), { code: 'GW_LINE_MESSAGES' });
    await assert.rejects(one.line.ask(Buffer.from('{}'), 'write'), { code: 'GW_MQTT_MESSAGE' });
    assert.equal(one.end('messages').in.denied, 4);
    await far.send('kept/a', '', true);
  });

  it('gives each VM topics of its own where a filter names it or its tenant', async () => {
    const settings = {
      subscriptions: [{ filter: 'to/{tenant}/{vm}/#' }, { filter: 'all/#' }],
      publish: [{ filter: 'from/{tenant}/{vm}' }],
    };
    const far = link({ port: broker.port, subscriptions: [{ filter: 'from/#' }] });
    await far.open();
    const one = await open(settings);
    const [robot, meter] = await wire(one, 'robot', 'meter');
    await one.line.change([portOf('robot', 'acme'), portOf('meter', 'grid')]);
    for (const topic of ['to/acme/robot/x', 'to/grid/meter', 'to/acme/meter', 'to/grid/robot', 'all/x'])
      await far.send(topic, topic);
    await until(() => robot?.lines.length === 2 && meter?.lines.length === 2);
    assert.deepEqual(robot?.heard.map(textOf), ['to/acme/robot/x', 'all/x']);
    assert.deepEqual(meter?.heard.map(textOf), ['to/grid/meter', 'all/x']);
    meter?.say(said('from/acme/robot', 'no'), said('from/acme/meter', 'no'), said('from/grid/meter', 'yes'));
    await until(() => far.got.length === 1);
    assert.deepEqual([far.texts(), one.end(vmOf('meter')).in.denied], [['yes'], 2]);
    await one.line.change([portOf('robot', 'grid'), portOf('meter', 'grid')]);
    await far.send('to/grid/robot', 'mine now');
    await until(() => robot?.lines.length === 3);
    assert.deepEqual([robot?.heard.map(textOf)[2], meter?.lines.length], ['mine now', 2]);
  });

  it('never carries from one VM to another but by way of the broker', async () => {
    const one = await open({ subscriptions: [{ filter: 'in/#' }], publish: [{ filter: '#' }] });
    const [robot, meter] = await wire(one, 'robot', 'meter');
    robot?.say(said('out/x', 'for the cloud'), said('in/x', 'for all'));
    await until(() => robot?.lines.length === 1 && meter?.lines.length === 1);
    assert.deepEqual([robot?.heard.map(textOf), meter?.heard.map(textOf)], [['for all'], ['for all']]);
    assert.equal(one.end('device').in.frames, 1, 'it came from the broker');
    await broker.stop('SIGTERM');
    await until(() => one.line.figures().state !== 'open');
    robot?.say(said('in/x', 'later', { qos: 0 }), said('in/x', 'kept'));
    await until(() => one.end(vmOf('robot')).in.frames === 4);
    assert.deepEqual([meter?.lines.length, one.end(vmOf('robot')).in.dropped], [1, 1]);
    await broker.start();
    await until(() => meter?.lines.length === 2);
    assert.deepEqual(meter?.heard.map(textOf), ['for all', 'kept']);
  });

  it('takes nothing for a message that a terminal of a guest echoes, or that is none', async () => {
    const one = await open({ subscriptions: [{ filter: 'loop' }], publish: [{ filter: 'loop' }] });
    const [robot] = await wire(one, 'robot');
    const far = link({ port: broker.port });
    await far.send('loop', 'once');
    await until(() => robot?.lines.length === 1);
    robot?.write(`${robot.lines[0]}\r\n`);
    robot?.write('login: \n{"topic":"loop"}\n{"topic":"loop","payload":"a"}\n{"topic":"loop","payload":"","qos":2}\n');
    robot?.write(`{"topic":"loop","payload":"${'A'.repeat(3_000_000)}"}\n`);
    robot?.say(said('loop', 'twice'));
    await until(() => robot?.lines.length === 2);
    assert.deepEqual(robot?.heard.map(textOf), ['once', 'twice']);
    assert.deepEqual([one.end(vmOf('robot')).in.malformed, one.end('device').in.frames], [6, 2]);
  });

  it('loses nothing of what VMs say at QoS 1 on a network that breaks again and again', async () => {
    const relay = await openRelay(broker.port);
    const far = link({ port: broker.port, subscriptions: [{ filter: 'out/#' }] });
    await far.open();
    const one = await open({ ...everything, port: relay.port, storeMessages: 20 });
    const guests = await wire(one, 'robot', 'meter');
    let sent = 0;
    for (let cuts = 0; cuts < 10; cuts += 1) {
      for (let turn = 0; turn < 30; turn += 1, sent += 1) guests[turn % 2]?.say(said(`out/${turn % 2}`, String(sent)));
      for (let turn = 0; turn < 3 * cuts; turn += 1) await new Promise(setImmediate);
      relay.cut();
    }
    await until(() => new Set(far.texts()).size === sent);
    for (const topic of ['out/0', 'out/1']) {
      const numbers = far.got
        .filter(message => message.topic === topic)
        .map(({ payload }) => Number(Buffer.from(payload)));
      const firsts = [...new Set(numbers)];
      assert.deepEqual(
        firsts,
        firsts.toSorted((first, second) => first - second),
      );
    }
    await until(() => one.end('device').out.frames === sent);
    assert.deepEqual([one.end(vmOf('robot')).in.dropped, one.end('device').out.dropped], [0, 0]);
    await lab.close();
    lab = new LineLab();
    await relay.close();
  });

  it('holds a VM back that says more than its share of the store, and none of the others', async () => {
    const port = await freePort();
    const one = await open({ ...everything, port, storeMessages: 30 });
    const [greedy, small] = await Promise.all(['greedy', 'small'].map(vm => lab.guest(vm)));
    await one.line.change([portOf('greedy'), portOf('small')]);
    await Promise.all([greedy?.plugIn(), small?.plugIn()]);
    for (let n = 0; n < 100; n += 1) greedy?.say(said('out/greedy', String(n)));
    // One more is read and waits.
    await until(() => one.end(vmOf('greedy')).in.frames === 11);
    for (let n = 0; n < 10; n += 1) small?.say(said('out/small', String(n)));
    await until(() => one.line.figures().more?.waits === 20);
    for (let n = 0; n < 10; n += 1)
      void one.line.ask(mqttWords.question({ topic: 'out/flow', payload: n }).request, 'write').catch(() => {});
    await until(() => one.line.figures().more?.waits === 30);
    const tooMany = one.line.ask(mqttWords.question({ topic: 'out/flow', payload: 'x' }).request, 'write');
    await assert.rejects(tooMany, { code: 'GW_MQTT_FULL' });
    await new Promise(setImmediate);
    assert.deepEqual([one.end(vmOf('greedy')).in.frames, one.line.figures().more?.refusedFull], [11, 0]);
    assert.match(one.line.figures().why ?? '', /ECONNREFUSED/);
    await greedy?.off();
    await until(() => one.end(vmOf('greedy')).in.dropped === 90);
    assert.equal(one.end(vmOf('greedy')).in.frames, 100);
  });

  it('tells a message of the flow that it is kept when there is no connection for so long, and sends it later', async () => {
    const port = await freePort();
    const one = await open({ ...everything, port, connectMs: 100 });
    const { request } = mqttWords.question({ topic: 'out/flow', payload: 'kept' });
    await assert.rejects(one.line.ask(request, 'write'), { code: 'GW_MQTT_DOWN', message: /it is kept, and sent/ });
    assert.deepEqual([one.line.figures().more?.waits, one.end('messages').in.dropped], [1, 0]);
    const once = mqttWords.question({ topic: 'out/flow', payload: 'now or never', qos: 0 });
    await assert.rejects(one.line.ask(once.request, 'write'), { code: 'GW_MQTT_DOWN', message: /send it again later/ });
    assert.equal(one.end('messages').in.dropped, 1);
    // The broker comes, by a way that was not there before.
    const relay = await openRelay(broker.port, port);
    await until(() => one.end('device').out.frames === 1);
    assert.equal(one.line.figures().more?.waits, 0);
    await lab.close();
    lab = new LineLab();
    await relay.close();
  });

  it('lets a VM that does not read lose what does not fit, and tells the others everything', async () => {
    const far = link({ port: broker.port });
    const one = await open({ subscriptions: [{ filter: 'in/#' }], queueBytes: 100_000 });
    const stuck = await lab.guest('stuck');
    stuck.read(false);
    const quick = await lab.guest('quick');
    await one.line.change([portOf('stuck'), portOf('quick')]);
    await Promise.all([stuck.plugIn(), quick.plugIn(), far.open()]);
    await until(() => one.line.figures().ends.every(({ plugged }) => plugged !== false));
    let sent = 0;
    while (one.end(vmOf('stuck')).out.dropped < 10) {
      await far.send('in/x', String(sent).padEnd(20_000));
      sent += 1;
      await until(() => quick.lines.length === sent);
    }
    assert.deepEqual(
      quick.heard.map(message => Number(textOf(message))),
      Array.from({ length: sent }, (_, n) => n),
    );
    stuck.read(true);
    await until(() => stuck.lines.length === sent - one.end(vmOf('stuck')).out.dropped);
    assert.equal(one.end(vmOf('stuck')).out.frames, stuck.lines.length);
    await far.send('in/x', 'again');
    await until(() => stuck.heard.at(-1) !== undefined && textOf(stuck.heard.at(-1) ?? {}) === 'again');
  });

  it('tells a VM that comes later what the broker retains, each time it comes, and nothing that was taken back', async () => {
    const forgetful = await startBroker();
    try {
      const far = link({ port: forgetful.port });
      const settings = { port: forgetful.port, subscriptions: [{ filter: 'all/+' }, { filter: 'in/{tenant}/#' }] };
      await far.send('all/mode', 'old', true);
      const one = await open(settings);
      const [early] = await wire(one, 'early');
      await until(() => early?.lines.length === 1);
      for (const [topic, text, retain] of [
        ['all/mode', 'new', true],
        ['all/gone', 'x', true],
        ['all/gone', '', true],
        ['all/live', 'x', false],
        ['in/late/x', 'of late', true],
        ['in/early/x', 'of early', true],
      ] as const)
        await far.send(topic, text, retain);
      await until(() => early?.lines.length === 6);
      const late = await lab.guest('late');
      await one.line.change([portOf('early'), portOf('late')]);
      await until(() => late.lines.length === 2);
      assert.deepEqual(late.heard.map(textOf), ['new', 'of late']);
      assert.deepEqual(spokenAt(one.frames, vmOf('late'), 'out')[0], said('all/mode', 'new', { qos: 1, retain: true }));
      await late.off();
      await until(() => one.end(vmOf('late')).plugged === false);
      await late.on();
      await until(() => late.lines.length === 4);
      // It forgets its sessions, and what it retained but for one.
      await forgetful.forget();
      await far.send('all/mode', 'newest', true);
      await until(() => late.lines.length === 5 && one.line.figures().state === 'open');
      await late.off();
      await until(() => one.end(vmOf('late')).plugged === false);
      await late.on();
      await until(() => late.lines.length === 6);
      await far.send('all/live', 'last');
      await until(() => late.lines.length === 7);
      assert.deepEqual(late.heard.map(textOf).slice(2), ['new', 'of late', 'newest', 'newest', 'last']);
    } finally {
      await Promise.all([close(), lab.close()]);
      lab = new LineLab();
      await forgetful.close();
    }
  });

  it('keeps its connection and the other VMs when one is wired or taken away', async () => {
    const far = link({ port: broker.port });
    const one = await open(everything);
    const [robot] = await wire(one, 'robot');
    const meter = await lab.guest('meter');
    await one.line.change([portOf('robot'), portOf('meter')]);
    await until(() => one.end(vmOf('meter')).plugged === true);
    await far.send('in/x', 'both');
    await until(() => robot?.lines.length === 1 && meter.lines.length === 1);
    await one.line.change([portOf('meter')]);
    assert.deepEqual(
      one.line.figures().ends.map(({ end }) => end),
      [vmOf('meter'), 'device', 'messages'],
    );
    await far.send('in/x', 'one');
    await until(() => meter.lines.length === 2);
    assert.deepEqual([robot?.lines.length, one.line.figures().more?.opened], [1, 1]);
  });

  it('says what a firewall on its wires and settings that do not fit would be, and changes nothing', async () => {
    const one = await open(everything);
    await wire(one, 'robot');
    const guarded = [portOf('robot'), portOf('meter', 'meter', [{ firewall: 'wall', rules: [] }])];
    await assert.rejects(one.line.change(guarded), { code: 'GW_LINE_RULE', message: /wall stands on such a line/ });
    assert.equal(one.line.figures().ends.length, 3);
    await assert.rejects(open({ host: '' }), { code: 'GW_FIELD_INVALID', message: /host/ });
    await assert.rejects(open({ publish: [{ filter: 'a#' }] }), {
      code: 'GW_FIELD_INVALID',
      message: /publish\.0\.filter/,
    });
  });

  it('puts nothing together for listeners when there are none, and tells of large messages only that they were', async () => {
    const far = link({ port: broker.port });
    const [deaf, hearing] = [await open(everything, { listens: false }), await open(everything)];
    const [[one], [other]] = [await wire(deaf, 'one'), await wire(hearing, 'other')];
    await far.send('in/x', 'x'.repeat(60_000));
    await until(() => one?.lines.length === 1 && other?.lines.length === 1);
    assert.deepEqual([deaf.frames.length, deaf.lost(), hearing.frames.length, hearing.lost()], [0, 0, 0, 2]);
  });

  it('shows its secrets to nobody: not in its figures, frames, log, errors, nor to a VM', async () => {
    const guarded = await startBroker({ login: ['cell-7', SECRET], access: ['user cell-7', 'topic read in/#'] });
    try {
      const login = { port: guarded.port, username: 'cell-7', password: 'plant-broker' };
      const one = await open({ ...everything, ...login }, { secrets: { 'plant-broker': SECRET } });
      const wrong = await open({ ...everything, ...login }, { secrets: { 'plant-broker': `${SECRET}x` } });
      const absent = await open({ ...everything, ...login });
      const [robot] = await wire(one, 'robot');
      robot?.say(said('out/x', 'denied by the broker'), said('other/x', 'denied by us'));
      await until(() => one.line.figures().more?.refusal !== undefined && one.end(vmOf('robot')).in.denied === 1);
      await until(() => [wrong, absent].every(({ line }) => line.figures().why !== undefined));
      assert.match(String(one.line.figures().more?.refusal), /the broker refused a message: .*Not authorized/i);
      assert.match(wrong.line.figures().why ?? '', /the broker refused: .*Not authorized/i);
      assert.match(absent.line.figures().why ?? '', /there is no secret "plant-broker"/);
      assert.ok(one.seen().includes('Not authorized') && one.seen().includes(vmOf('robot')), 'it is looked at');
      for (const line of [one, wrong, absent]) assert.ok(!line.seen().includes(SECRET));
      assert.ok(!robot?.lines.join().includes(SECRET));
    } finally {
      await lab.close();
      lab = new LineLab();
      await guarded.close();
    }
  });
});
