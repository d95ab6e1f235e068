import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { LaneRing } from '../../../runtime/lanes/memory/lane-ring.ts';
import { BELL, BURST, SLEEP } from '../../../runtime/lanes/memory/layout.ts';
import { RingConsumer } from '../../../runtime/lanes/memory/ring-consumer.ts';
import { RingProducer } from '../../../runtime/lanes/memory/ring-producer.ts';
import { RingTap } from '../../../runtime/lanes/memory/ring-tap.ts';
import type { ConsumerOrder, ConsumerReport } from './consumer-thread.ts';
import { CAPACITY, numbered, numberOf, ORIGIN, ringOf, taken } from './rings.ts';

const FRAMES = 200_000;

async function consumerThread(ring: LaneRing, seat: number, frames: number) {
  const workerData: ConsumerOrder = { shared: ring.shared, seat, frames };
  const thread = new Worker(new URL('./consumer-thread.ts', import.meta.url), { workerData });
  await once(thread, 'message');
  return { thread, report: once(thread, 'message').then(([report]) => report as ConsumerReport) };
}

const lengthOf = (number: number) => 4 + (number % 300);

describe('a ring between threads', () => {
  it('loses, repeats, tears and reorders nothing for two consumers, while a tap sees only whole frames', async () => {
    const ring = ringOf(2);
    const consumers = await Promise.all([consumerThread(ring, 0, FRAMES), consumerThread(ring, 1, FRAMES)]);
    const [producer, tap] = [new RingProducer(ring, ORIGIN), new RingTap(ring)];
    let last = -1;
    const look = () =>
      tap.drain(16, ({ bytes }) => {
        const number = numberOf(bytes);
        assert.ok(number > last, 'in order');
        assert.equal(bytes.length, lengthOf(number));
        last = number;
      });
    for (let number = 0; number < FRAMES; number += 1) {
      // WHY: this thread stands for a port that can wait, so that nothing is to be dropped.
      // A lost wake-up would show as a minute.
      assert.ok(producer.waitForRoom(1, 60_000));
      producer.write(numbered(number, lengthOf(number)), 0);
      if (number % 7 === 0) producer.publish();
      if (number % 100 === 0) look();
    }
    producer.publish();
    const reports = await Promise.all(consumers.map(each => each.report));
    look();
    while (tap.waiting() > 0) look();
    assert.equal(tap.read + tap.gap, FRAMES);
    const bytes = Array.from({ length: FRAMES }, (_, number) => lengthOf(number)).reduce((sum, each) => sum + each, 0);
    assert.deepEqual(
      reports.map(report => report.bytes),
      [bytes, bytes],
    );
    assert.deepEqual(ring.counted(), { published: FRAMES, dropped: 0, evictions: 0 });
    assert.deepEqual(
      [0, 1].map(seat => ring.countedAt(seat)),
      Array.from({ length: 2 }, () => ({ state: 'gating', released: FRAMES, gap: 0, inFlight: 0 })),
    );
    await Promise.all(consumers.map(({ thread }) => thread.terminate()));
  });

  it('wakes a consumer that sleeps, for every frame that comes alone', async () => {
    const ring = ringOf(1);
    const { thread, report } = await consumerThread(ring, 0, 50);
    const producer = new RingProducer(ring, ORIGIN);
    const asleep = new Int32Array(ring.bells[0]?.shared as SharedArrayBuffer);
    for (let number = 0; number < 50; number += 1) {
      while (Atomics.load(asleep, 0) === 0) await new Promise(setImmediate);
      producer.write(numbered(number), 0);
      producer.publish();
    }
    // A lost wake-up would show as a test that is not over before a minute's sleep is.
    assert.ok((await report).sleeps >= 50);
    await thread.terminate();
  });

  it('wakes a producer that waits for room as soon as half of the ring is free, and not for less', () => {
    const ring = ringOf(1);
    const consumer = new RingConsumer(ring, 0);
    const producer = new RingProducer(ring, ORIGIN);
    for (let number = 0; number < CAPACITY; number += 1) producer.write(numbered(number), 0);
    const asleep = new Int32Array(ring.roomBell.shared);
    assert.equal(producer.waitForRoom(1, 1), false);
    Atomics.store(asleep, BELL.sleeping, SLEEP.memory);
    taken(consumer, CAPACITY);
    consumer.release(CAPACITY / 2 - 1);
    assert.equal(Atomics.load(asleep, BELL.sleeping), SLEEP.memory);
    consumer.release(1);
    assert.equal(Atomics.load(asleep, BELL.sleeping), SLEEP.awake);
    assert.ok(producer.waitForRoom(BURST, 0));
  });

  it('wakes a producer that waits for room when the one it waits for leaves', () => {
    const ring = ringOf(1);
    const consumer = new RingConsumer(ring, 0);
    const producer = new RingProducer(ring, ORIGIN);
    for (let number = 0; number < CAPACITY; number += 1) producer.write(numbered(number), 0);
    const asleep = new Int32Array(ring.roomBell.shared);
    Atomics.store(asleep, BELL.sleeping, SLEEP.memory);
    consumer.leave();
    assert.equal(Atomics.load(asleep, BELL.sleeping), SLEEP.awake);
    assert.ok(producer.waitForRoom(BURST, 0));
  });
});
