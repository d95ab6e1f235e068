// What brokers may say of their own limits, and what they may refuse.
import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import fc from 'fast-check';
import { isGatewrightError } from '../../../runtime/model/errors.ts';
import { Outbox, type Outgoing, sizeOf } from '../../../runtime/protocols/mqtt/outbox.ts';
import { testLinks, until } from './links.ts';
import { type ScriptedBroker, scriptedBroker, welcome } from './scripted-broker.ts';

/** Numbers of properties in CONNACK [MQTT 5.0, 3.2.2.3]. */
const [RECEIVE_MAXIMUM, MAXIMUM_QOS, RETAIN_AVAILABLE] = [0x21, 0x24, 0x25];

describe('the limits of an MQTT broker', () => {
  const { link, close } = testLinks();
  let broker: ScriptedBroker | undefined;

  afterEach(async () => {
    await close();
    await broker?.close();
  });

  it('are kept: never more messages under way than the broker takes', async () => {
    const numbers: [Socket, Buffer][] = [];
    let markers = 0;
    broker = await scriptedBroker({
      1: welcome(RECEIVE_MAXIMUM, 0, 2),
      3: (packet, head, socket) => {
        if (((packet[0] ?? 0) & 0b110) === 0) {
          markers += 1;
          return;
        }
        const topic = packet.readUInt16BE(head);
        numbers.push([socket, packet.subarray(head + 2 + topic, head + 4 + topic)]);
      },
    });
    const sender = link({ port: broker.port });
    await sender.open();
    const ends = Array.from({ length: 5 }, (_, n) => sender.send('a/b', String(n)));
    for (let acknowledged = 0; acknowledged < 5; acknowledged += 1) {
      // What was sent before this one has come when it comes.
      sender.link.publish({ topic: 'marker', payload: Buffer.alloc(0), qos: 0, retain: false });
      await until(() => markers === acknowledged + 1);
      assert.equal(numbers.length, Math.min(acknowledged + 2, 5));
      const [socket, number] = numbers[acknowledged] as [Socket, Buffer];
      socket.write(Buffer.from([0x40, 2, ...number]));
      await ends[acknowledged];
    }
    assert.equal(sender.link.counters.acknowledged, 5);
  });

  it('are said: filters that it refuses, retained messages that it does not keep', async () => {
    broker = await scriptedBroker({
      1: welcome(RETAIN_AVAILABLE, 0),
      8: (packet, head, socket) =>
        void socket.write(Buffer.from([0x90, 5, ...packet.subarray(head, head + 2), 0, 1, 0x87])),
    });
    const limited = link({ port: broker.port, subscriptions: [{ filter: 'open/#' }, { filter: 'closed/#' }] });
    await limited.open();
    assert.deepEqual(limited.refusals, ['closed/#: Not authorized']);
    await assert.rejects(limited.send('a', 'x', true), { code: 'GW_MQTT_REFUSED' });
    assert.deepEqual([limited.link.counters.refusedByBroker, broker.types.includes(3)], [1, false]);
  });

  it('do not keep a link waiting: a broker that lets in and then says nothing is given up', async () => {
    broker = await scriptedBroker({ 1: welcome() });
    const receiver = link({ port: broker.port, connectMs: 100, subscriptions: [{ filter: 'a' }] });
    await until(() => receiver.downs.length > 1);
    assert.deepEqual([isGatewrightError(receiver.downs[0]), receiver.link.counters.opened], [true, 0]);
    assert.deepEqual(broker.types.slice(0, 3), [1, 8, 1]);
  });

  it('can be too low to speak with it', async () => {
    broker = await scriptedBroker({ 1: welcome(MAXIMUM_QOS, 0) });
    const sender = link({ port: broker.port });
    await until(() => sender.downs.length > 1);
    const [why] = sender.downs;
    assert.ok(isGatewrightError(why) && why.code === 'GW_MQTT_REFUSED', String(why));
    assert.match(why.message, /QoS 0 only/);
  });

  it('does not keep a link from closing when it never acknowledges', async () => {
    broker = await scriptedBroker({ 1: welcome() });
    const sender = link({ port: broker.port });
    await sender.open();
    const ends: unknown[] = [];
    sender.link.publish({ topic: 'a', payload: Buffer.from('x'), qos: 1, retain: false }, error => ends.push(error));
    await sender.link.close();
    assert.deepEqual(
      [ends.map(why => isGatewrightError(why) && why.code), sender.link.counters.forgotten],
      [['GW_MQTT_DOWN'], 1],
    );
    assert.equal(broker.types.at(-1), 14);
  });
});

describe('the store of an MQTT link', () => {
  it('never holds more than it may, hands out in order, and frees exactly what was settled', () => {
    const step = fc.oneof(
      fc.record({ offer: fc.nat(300) }),
      fc.constant({ next: true as const }),
      fc.record({ settle: fc.nat(20) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), steps => {
        const outbox = new Outbox(10, 1_000);
        const [waiting, underWay]: [Outgoing[], Outgoing[]] = [[], []];
        for (const one of steps) {
          if ('offer' in one) {
            const message = { topic: 't', payload: Buffer.alloc(one.offer), retain: false, ended: () => {} };
            const held = [...waiting, ...underWay];
            const bytes = held.reduce((sum, other) => sum + sizeOf(other), sizeOf(message));
            assert.equal(outbox.offer(message), held.length < 10 && bytes <= 1_000);
            if (held.length < 10 && bytes <= 1_000) waiting.push(message);
          } else if ('next' in one) {
            const message = waiting.shift();
            assert.equal(outbox.next(), message);
            if (message !== undefined) underWay.push(message);
          } else {
            const [message] = underWay.splice(one.settle, 1);
            if (message === undefined) continue;
            assert.deepEqual([outbox.settle(message), outbox.settle(message)], [true, false]);
          }
          assert.deepEqual([outbox.size, outbox.underWay], [waiting.length + underWay.length, underWay.length]);
        }
        assert.deepEqual(outbox.clear(), [...underWay, ...waiting]);
        assert.deepEqual([outbox.size, outbox.bytes], [0, 0]);
      }),
    );
  });
});
