// Our links against mosquitto: what arrives, and what becomes of messages while there is no broker.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { isGatewrightError } from '../../../runtime/model/errors.ts';
import type { MqttLink } from '../../../runtime/protocols/mqtt/link.ts';
import { openRelay } from '../relay.ts';
import { type Broker, freePort, startBroker } from './broker.ts';
import { testLinks, until } from './links.ts';

const codeOf = (error: unknown) => (isGatewrightError(error) ? error.code : String(error));
const all = (filter: string, qos = 1) => [{ filter, qos }];

function accounted({ counters, waits }: MqttLink): void {
  const { offered, refusedFull, refusedUnfit, acknowledged, refusedByBroker, forgotten } = counters;
  assert.equal(offered, refusedFull + refusedUnfit + acknowledged + refusedByBroker + forgotten + waits);
  assert.equal(counters.offeredOnce, counters.sentOnce + counters.droppedOnce);
}

describe('an MQTT link', () => {
  const { link, close } = testLinks();
  let broker: Broker;

  before(async () => {
    broker = await startBroker();
  });
  afterEach(close);
  after(() => broker.close());

  it('carries messages of QoS 0 and 1 with every byte, and says when the broker has them', async () => {
    const receiver = link({ port: broker.port, subscriptions: all('bytes/+') });
    const sender = link({ port: broker.port });
    await Promise.all([receiver.open(), sender.open()]);
    const payload = Uint8Array.from({ length: 256 }, (_, value) => value);
    const ends: unknown[] = [];
    const memory = Uint8Array.from(payload);
    for (const qos of [0, 1] as const)
      assert.ok(
        sender.link.publish({ topic: `bytes/${qos}`, payload: memory, qos, retain: false }, error => ends.push(error)),
      );
    memory.fill(0);
    await until(() => receiver.got.length === 2 && ends.length === 2);
    assert.deepEqual(ends, [undefined, undefined]);
    assert.deepEqual(
      receiver.got.map(({ topic, payload, qos }) => [topic, new Uint8Array(payload), qos]),
      [
        ['bytes/0', payload, 0],
        ['bytes/1', payload, 1],
      ],
    );
    await sender.send('nobody/hears', 'it');
    assert.deepEqual([sender.link.counters.acknowledged, sender.link.counters.unheard], [2, 1]);
    accounted(sender.link);
  });

  it('gives the last retained message to whoever comes later, marked as such', async () => {
    const sender = link({ port: broker.port });
    await sender.send('last/value', 'old', true);
    await sender.send('last/value', 'new', true);
    const receiver = link({ port: broker.port, subscriptions: all('last/#') });
    await until(() => receiver.got.length === 1);
    await sender.send('last/value', '', true);
    await until(() => receiver.got.length === 2);
    assert.deepEqual([receiver.texts(), receiver.got[0]?.retain], [['new', ''], true]);
  });

  it('loses nothing at QoS 1 when the broker is killed in the middle and started again', async () => {
    const receiver = link({ port: broker.port, subscriptions: all('steady/#') });
    const sender = link({ port: broker.port, storeMessages: 600 });
    await Promise.all([receiver.open(), sender.open()]);
    const total = 600;
    let sent = 0;
    const failures: unknown[] = [];
    const burst = () => {
      for (let turn = 0; turn < 10 && sent < total; turn += 1, sent += 1) {
        const payload = Buffer.from(String(sent));
        sender.link.publish({ topic: 'steady/n', payload, qos: 1, retain: false }, error => {
          if (error !== undefined) failures.push(error);
        });
      }
    };
    while (sender.link.counters.acknowledged < 200) {
      if (sender.link.waits < 50) burst();
      await new Promise(setImmediate);
    }
    await broker.stop('SIGKILL');
    // It is away while messages go on coming.
    await until(() => sender.link.counters.unopened > 0);
    burst();
    assert.ok(sender.link.waits > 10 && sent < total);
    await broker.start();
    while (sent < total) {
      burst();
      await new Promise(setImmediate);
    }
    await until(() => sender.link.waits === 0 && new Set(receiver.texts()).size === total);
    assert.deepEqual([sender.link.counters.lost, receiver.link.counters.lost], [1, 1]);
    assert.deepEqual([failures, sender.link.counters.acknowledged], [[], total]);
    accounted(sender.link);
    // Each came first in the order it was sent; what came twice is allowed at QoS 1.
    const firsts = [...new Set(receiver.texts())].map(Number);
    assert.deepEqual(
      firsts,
      [...firsts].sort((one, other) => one - other),
    );
  });

  it('loses nothing at QoS 1 on a network that breaks again and again, at either end', async () => {
    const relay = await openRelay(broker.port);
    const receiver = link({ port: relay.port, subscriptions: all('shaky/#'), receiveMost: 20 });
    const sender = link({ port: relay.port, storeMessages: 400 });
    await Promise.all([receiver.open(), sender.open()]);
    const ends: unknown[] = [];
    let sent = 0;
    for (let cuts = 0; cuts < 15; cuts += 1) {
      for (let turn = 0; turn < 20; turn += 1, sent += 1)
        sender.link.publish({ topic: 'shaky/n', payload: Buffer.from(String(sent)), qos: 1, retain: false }, error =>
          ends.push(error),
        );
      // At another moment each time: while it is sent, acknowledged, or sent again.
      for (let turn = 0; turn < 3 * cuts; turn += 1) await new Promise(setImmediate);
      relay.cut();
      if (cuts % 3 === 0) await Promise.all([receiver.open(), sender.open()]);
    }
    await until(() => sender.link.waits === 0 && new Set(receiver.texts()).size === sent);
    assert.deepEqual([ends.length, ends.filter(error => error !== undefined)], [sent, []]);
    assert.ok(sender.link.counters.lost > 3 && receiver.link.counters.lost > 3);
    accounted(sender.link);
    await close();
    await relay.close();
  });

  it('gets what was sent while it was away, because the broker keeps its session', async () => {
    const settings = { port: broker.port, clientId: 'comes-back', subscriptions: all('away/#') };
    const first = link(settings);
    await first.open();
    await first.link.close();
    const sender = link({ port: broker.port });
    for (let n = 0; n < 50; n += 1) await sender.send('away/n', String(n));
    await broker.stop('SIGTERM');
    await broker.start();
    const again = link(settings);
    await Promise.all([again.open(), until(() => again.got.length === 50)]);
    assert.deepEqual(
      again.texts(),
      Array.from({ length: 50 }, (_, n) => String(n)),
    );
    assert.equal(again.link.counters.resumed, 1);
  });

  it('throws away what an older subscription of its name still brings', async () => {
    const older = link({ port: broker.port, clientId: 'redrawn', subscriptions: all('old/#') });
    await older.open();
    await older.link.close();
    const newer = link({ port: broker.port, clientId: 'redrawn', subscriptions: all('new/#') });
    const sender = link({ port: broker.port });
    await newer.open();
    await sender.send('old/x', 'stray');
    await sender.send('new/x', 'wanted');
    await until(() => newer.got.length === 1);
    assert.deepEqual([newer.texts(), newer.link.counters.stray], [['wanted'], 1]);
  });

  it('refuses and counts the newest when its store is full, and sends all that it took, in order', async () => {
    const receiver = link({ port: broker.port, subscriptions: all('full/#') });
    await receiver.open();
    await broker.stop('SIGTERM');
    const sender = link({ port: broker.port, storeMessages: 20 });
    await until(() => sender.downs.length > 0);
    const ends: string[] = [];
    const publish = (n: number, qos: 0 | 1) =>
      sender.link.publish({ topic: 'full/n', payload: Buffer.from(String(n)), qos, retain: false }, error =>
        ends.push(error === undefined ? 'acknowledged' : codeOf(error)),
      );
    const taken = Array.from({ length: 25 }, (_, n) => publish(n, 1));
    assert.deepEqual(taken, [...Array(20).fill(true), ...Array(5).fill(false)]);
    assert.equal(publish(99, 0), false);
    assert.deepEqual(ends, [...Array(5).fill('GW_MQTT_FULL'), 'GW_MQTT_DOWN']);
    assert.deepEqual([sender.link.counters.refusedFull, sender.link.counters.droppedOnce], [5, 1]);
    accounted(sender.link);
    await broker.start();
    await until(() => receiver.got.length === 20 && sender.link.waits === 0);
    assert.deepEqual(
      receiver.texts(),
      Array.from({ length: 20 }, (_, n) => String(n)),
    );
    assert.ok(publish(100, 1));
    await until(() => receiver.got.length === 21);
    accounted(sender.link);
  });

  it('counts what its store holds in bytes too', async () => {
    const sender = link({ port: await freePort(), storeBytes: 4_096 });
    const publish = (bytes: number) =>
      sender.link.publish({ topic: 'a', payload: Buffer.alloc(bytes), qos: 1, retain: false });
    assert.deepEqual([publish(3_000), publish(1_100), publish(900), publish(900)], [true, false, true, false]);
    await sender.link.close();
    assert.equal(sender.link.counters.forgotten, 2);
    await assert.rejects(sender.send('a', 'late'), { code: 'GW_MQTT_DOWN' });
    accounted(sender.link);
  });

  it('acknowledges a message when its receiver has ended, so that a slow one holds the broker back', async () => {
    const gates: (() => void)[] = [];
    const receive = () => new Promise<void>(resolve => gates.push(resolve));
    const receiver = link({ port: broker.port, receiveMost: 3, subscriptions: all('slow/#'), receive });
    const sender = link({ port: broker.port });
    await receiver.open();
    for (let n = 0; n < 10; n += 1) await sender.send('slow/n', String(n));
    await until(() => receiver.got.length === 1);
    for (let n = 0; n < 10; n += 1) {
      await until(() => gates.length > n);
      assert.equal(receiver.got.length, n + 1);
      gates[n]?.();
    }
    await until(() => receiver.link.counters.received === 10);
  });

  it('goes on when a receiver throws, and counts that', async () => {
    const receive = () => {
      throw new Error('bug of the receiver');
    };
    const receiver = link({ port: broker.port, subscriptions: all('bug/#'), receive });
    const sender = link({ port: broker.port });
    await receiver.open();
    for (const text of ['one', 'two']) await sender.send('bug/x', text);
    await until(() => receiver.link.counters.failed === 2);
    assert.deepEqual(receiver.texts(), ['one', 'two']);
  });

  it('refuses topics that are none, and messages that are larger than it or the broker takes', async () => {
    const small = await startBroker({ lines: ['max_packet_size 1000'] });
    try {
      const sender = link({ port: small.port, messageBytes: 2_000 });
      const early: unknown[] = [];
      sender.link.publish({ topic: 'a', payload: Buffer.alloc(1_500), qos: 1, retain: false }, error =>
        early.push(error),
      );
      await sender.open();
      await until(() => early.length === 1);
      const refusal = (topic: string, bytes: number) =>
        sender.send(topic, 'x'.repeat(bytes)).then(() => 'sent', codeOf);
      assert.deepEqual(
        await Promise.all([
          refusal('a/#', 1),
          refusal('$SYS/x', 1),
          refusal('a', 3_000),
          refusal('a', 1_500),
          refusal('a', 900),
        ]),
        ['GW_MQTT_TOPIC', 'GW_MQTT_TOPIC', 'GW_MQTT_SIZE', 'GW_MQTT_SIZE', 'sent'],
      );
      assert.deepEqual([codeOf(early[0]), sender.link.counters.lost], ['GW_MQTT_SIZE', 0]);
      accounted(sender.link);
    } finally {
      await close();
      await small.close();
    }
  });

  it('says that a broker does not answer, and that there is none', async () => {
    const mute: Server = createServer(() => {}).listen(0, '127.0.0.1');
    await once(mute, 'listening');
    const { port } = mute.address() as { port: number };
    const waiting = link({ port, connectMs: 100 });
    const refused = link({ port: await freePort() });
    await until(() => waiting.downs.length > 1 && refused.downs.length > 1);
    assert.deepEqual([codeOf(waiting.downs[0]), codeOf(refused.downs[0])], ['GW_MQTT_DOWN', 'GW_MQTT_DOWN']);
    assert.match(String(refused.downs[0]), /ECONNREFUSED/);
    await close();
    mute.close();
  });

  it('has its will sent when it is lost, and not when it is closed', async () => {
    const relay = await openRelay(broker.port);
    const { port } = relay;
    const watcher = link({ port: broker.port, subscriptions: all('state/#') });
    await watcher.open();
    const will = { willTopic: 'state/cell-7', willText: 'lost', sessionS: 0 };
    const polite = link({ port, ...will });
    await polite.open();
    await polite.link.close();
    const pulled = link({ port, ...will, againMs: 60_000, againMostMs: 60_000 });
    await pulled.open();
    relay.cut();
    await until(() => watcher.got.length === 1);
    await watcher.link.close();
    assert.deepEqual([watcher.texts(), pulled.link.counters.lost], [['lost'], 1]);
    await close();
    await relay.close();
  });
});
