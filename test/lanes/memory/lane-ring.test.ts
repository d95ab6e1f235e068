import assert from 'node:assert/strict';
import { Burst } from '../../../runtime/lanes/memory/burst.ts';
import { Doorbell } from '../../../runtime/lanes/memory/doorbell.ts';
import { createFrameMemory, FrameMemory } from '../../../runtime/lanes/memory/frame-memory.ts';
import { FrameSlab, SlotRanges } from '../../../runtime/lanes/memory/frame-slab.ts';
import { createRing, openRing } from '../../../runtime/lanes/memory/lane-ring.ts';
import { BURST, HEAD, LINE_BYTES, RING_LINE, SEAT, SLOT } from '../../../runtime/lanes/memory/layout.ts';
import { RingConsumer } from '../../../runtime/lanes/memory/ring-consumer.ts';
import { RingProducer } from '../../../runtime/lanes/memory/ring-producer.ts';
import { RingTap } from '../../../runtime/lanes/memory/ring-tap.ts';
import { CAPACITY, numbered, numberOf, ORIGIN, ringOf, taken } from './rings.ts';

const TIME = 1_790_000_000_123_456;

function fill(producer: RingProducer, from: number, count: number): void {
  for (let number = from; number < from + count; number += 1) producer.write(numbered(number), TIME);
  producer.publish();
}

const numbers = (from: number, count: number) => Array.from({ length: count }, (_, index) => from + index);

describe('the layout of lane memory', () => {
  it('keeps heads within their bytes and every seat on a line of its own', () => {
    const fields = Object.entries(HEAD).map(([, at]) => at);
    assert.ok(fields.every(at => at < SLOT.headBytes));
    assert.equal(1 << SLOT.shift, SLOT.bytes);
    assert.equal(SLOT.headBytes + SLOT.dataBytes, SLOT.bytes);
    assert.ok(SEAT.gap * 8 < LINE_BYTES && SEAT.state * 4 < SEAT.released * 8, 'words stand before the doubles');
    assert.equal(HEAD.time % 8, 0);
    assert.ok(RING_LINE.descriptors > RING_LINE.seats);
  });

  it('refuses memory that is something else or of another version', () => {
    const memory = createFrameMemory(4);
    assert.throws(() => new FrameMemory(new SharedArrayBuffer(8192)), /not memory of frames/);
    new Int32Array(memory.shared)[1] = 99;
    assert.throws(() => new FrameMemory(memory.shared), /layout version/);
    const other = {
      frames: memory.shared,
      control: new SharedArrayBuffer(4096),
      bells: [],
      roomBell: new Doorbell().shared,
    };
    assert.throws(() => openRing(createFrameMemory(4), other), /not a ring/);
    assert.throws(() => createFrameMemory(0), /1 to 262144 slots/);
  });
});

describe('ranges of slots', () => {
  it('are handed out once, and whole again when all came back', () => {
    const ranges = new SlotRanges(1024);
    const [a, b, c] = [ranges.take(256), ranges.take(512), ranges.take(256)];
    assert.deepEqual([a?.first, b?.first, c?.first], [0, 256, 768]);
    assert.equal(ranges.take(1), undefined);
    for (const range of [c, a, b]) if (range !== undefined) ranges.giveBack(range);
    assert.deepEqual(ranges.take(1024), { first: 0, count: 1024 });
  });

  it('cannot come back twice', () => {
    const ranges = new SlotRanges(64);
    const range = ranges.take(32);
    assert.ok(range);
    ranges.giveBack(range);
    assert.throws(() => ranges.giveBack(range), /free already/);
  });

  it('of a slab are a power of two and within the memory', () => {
    const memory = createFrameMemory(100);
    assert.throws(() => new FrameSlab(memory, { first: 0, count: 100 }), /power of two/);
    assert.throws(() => new FrameSlab(memory, { first: 64, count: 64 }), /not all in a memory of 100/);
    const slab = new FrameSlab(memory, { first: 32, count: 64 });
    assert.deepEqual([slab.slotOf(0), slab.slotOf(63), slab.slotOf(64), slab.slotOf(-1)], [32, 95, 32, 95]);
  });
});

describe('a ring between lanes', () => {
  it('hands on frames in order, with what is known of them', () => {
    const ring = ringOf(1);
    const producer = new RingProducer(ring, ORIGIN);
    const consumer = new RingConsumer(openRing(new FrameMemory(ring.memory.shared), ring.shared), 0);
    producer.write(numbered(5, 200), TIME);
    const burst = new Burst(BURST);
    assert.equal(consumer.take(burst, BURST), 0, 'not before it is published');
    producer.publish();
    assert.equal(consumer.take(burst, BURST), 1);
    const { memory } = consumer.ring;
    const slot = burst.slot(0);
    assert.deepEqual([burst.length(0), burst.tag(0)], [200, ORIGIN.frameClass]);
    assert.equal(numberOf(memory.frame(slot, 200)), 5);
    assert.deepEqual(
      [memory.port(slot), memory.tenant(slot), memory.sequence(slot), memory.mark(slot), memory.time(slot)],
      [ORIGIN.port, ORIGIN.tenant, 0, 0, TIME],
    );
  });

  it('shows the same burst again until it is released', () => {
    const ring = ringOf(1);
    const [producer, consumer] = [new RingProducer(ring, ORIGIN), new RingConsumer(ring, 0)];
    fill(producer, 0, 3);
    assert.deepEqual(taken(consumer, 2), [0, 1]);
    assert.deepEqual(taken(consumer, 9), [0, 1, 2]);
    consumer.release(2);
    assert.deepEqual(taken(consumer, 9), [2]);
  });

  it('drops at the entrance what finds no room, counts it, and harms nothing that is inside', () => {
    const ring = ringOf(2);
    const producer = new RingProducer(ring, ORIGIN);
    const [fast, slow] = [new RingConsumer(ring, 0), new RingConsumer(ring, 1)];
    fill(producer, 0, CAPACITY + 10);
    assert.deepEqual(ring.counted(), { published: CAPACITY, dropped: 10, evictions: 0 });
    assert.deepEqual(taken(fast, CAPACITY), numbers(0, CAPACITY));
    fast.release(CAPACITY);
    fill(producer, 1000, 1);
    assert.equal(ring.counted().dropped, 11, 'the slowest decides');
    slow.release(1);
    fill(producer, 2000, 2);
    assert.deepEqual(ring.counted(), { published: CAPACITY + 1, dropped: 12, evictions: 0 });
    assert.deepEqual(taken(fast, 9), [2000]);
    assert.deepEqual(taken(slow, CAPACITY), [...numbers(1, CAPACITY - 1), 2000]);
    assert.deepEqual(ring.countedAt(1), { state: 'gating', released: 1, gap: 0, inFlight: CAPACITY });
  });

  it('refuses a frame that is longer than a slot', () => {
    const ring = ringOf(1);
    const producer = new RingProducer(ring, ORIGIN);
    assert.equal(producer.write(new Uint8Array(SLOT.dataBytes + 1), TIME), false);
    assert.equal(producer.write(new Uint8Array(SLOT.dataBytes).fill(0), TIME), true);
    producer.publish();
    assert.deepEqual(ring.counted(), { published: 1, dropped: 1, evictions: 0 });
  });

  it('evicts a consumer that stands still while the ring is full, so that the others go on', () => {
    const ring = ringOf(2);
    const clock = { ms: 0 };
    const producer = new RingProducer(ring, ORIGIN, { evictAfterMs: 100, now: () => clock.ms });
    const [alive, stuck] = [new RingConsumer(ring, 0), new RingConsumer(ring, 1)];
    fill(producer, 0, CAPACITY);
    assert.deepEqual(taken(stuck, 2), [0, 1], 'it took two and stands still');
    alive.release(CAPACITY);
    fill(producer, 300, 1);
    clock.ms = 99;
    fill(producer, 301, 1);
    assert.deepEqual(ring.counted(), { published: CAPACITY, dropped: 2, evictions: 0 });
    clock.ms = 100;
    fill(producer, 302, 1);
    assert.deepEqual(ring.counted(), { published: CAPACITY + 1, dropped: 2, evictions: 1 });
    assert.deepEqual(taken(alive, 9), [302]);
    assert.equal(stuck.intact(), false, 'what it took is not to be handed on');
    stuck.release(2);
    assert.deepEqual(ring.countedAt(1), { state: 'evicted', released: 0, gap: CAPACITY + 1, inFlight: 0 });
    assert.deepEqual(taken(stuck, 9), [], 'it comes back at the newest');
    fill(producer, 400, 1);
    assert.deepEqual(taken(stuck, 9), [400]);
    assert.deepEqual(ring.countedAt(1), { state: 'gating', released: 0, gap: CAPACITY + 1, inFlight: 1 });
  });

  it('does not evict one that is slow but moves', () => {
    const ring = ringOf(1);
    const clock = { ms: 0 };
    const producer = new RingProducer(ring, ORIGIN, { evictAfterMs: 100, now: () => clock.ms });
    const slow = new RingConsumer(ring, 0);
    fill(producer, 0, CAPACITY);
    for (let round = 0; round < 20; round += 1) {
      fill(producer, 0, 1);
      clock.ms += 90;
      slow.release(1);
      fill(producer, CAPACITY + round, 1);
    }
    assert.deepEqual(ring.counted(), { published: CAPACITY + 20, dropped: 20, evictions: 0 });
  });

  it('is gone on with by a new consumer where the last one stopped, and by a new producer behind what is published', () => {
    const ring = ringOf(1);
    const [producer, first] = [new RingProducer(ring, ORIGIN), new RingConsumer(ring, 0)];
    fill(producer, 0, 10);
    taken(first, 6);
    first.release(4);
    assert.deepEqual(taken(new RingConsumer(ring, 0), 99), numbers(4, 6), 'nothing lost, two come again');
    producer.write(numbered(99), TIME);
    fill(new RingProducer(ring, ORIGIN), 10, 1);
    assert.deepEqual(taken(new RingConsumer(ring, 0), 99), numbers(4, 7));
  });

  it('is not held up by a seat that is empty or was left', () => {
    const ring = ringOf(2);
    const producer = new RingProducer(ring, ORIGIN);
    fill(producer, 0, 3 * CAPACITY);
    assert.equal(ring.counted().dropped, 0);
    const late = new RingConsumer(ring, 1);
    fill(producer, 5000, 2 * CAPACITY);
    assert.equal(ring.counted().dropped, CAPACITY);
    assert.equal(taken(late, 1)[0], 5000, 'it begins with what comes after it');
    late.leave();
    fill(producer, 9000, CAPACITY);
    assert.equal(ring.counted().dropped, CAPACITY);
  });

  it('copies frames on into another memory with what is known of them', () => {
    const [one, two] = [ringOf(1), ringOf(1)];
    const [source, target] = [new RingProducer(one, ORIGIN), new RingProducer(two, { ...ORIGIN, port: 9 })];
    const [from, to] = [new RingConsumer(one, 0), new RingConsumer(two, 0)];
    fill(target, 70, 1);
    fill(source, 7, 1);
    const burst = new Burst(BURST);
    from.take(burst, BURST);
    assert.ok(target.forward(one.memory, burst.slot(0), 16 | (4 << 16)));
    target.publish();
    assert.equal(to.take(burst, BURST), 2);
    assert.deepEqual([burst.length(1), burst.tag(1)], [16, 4]);
    assert.equal(numberOf(two.memory.frame(burst.slot(1), 16)), 7);
    const { memory } = two;
    assert.deepEqual(
      [memory.port(burst.slot(1)), memory.time(burst.slot(1)), memory.sequence(burst.slot(1))],
      [ORIGIN.port, TIME, 1],
    );
  });
});

describe('a tap on a ring', () => {
  it('reads copies, which stay when the ring goes on', () => {
    const ring = ringOf(0);
    const [producer, tap] = [new RingProducer(ring, ORIGIN), new RingTap(ring)];
    fill(producer, 0, 3);
    const seen: Uint8Array[] = [];
    assert.equal(
      tap.drain(2, frame => seen.push(frame.bytes)),
      2,
    );
    fill(producer, 3, 2 * CAPACITY);
    assert.deepEqual(seen.map(numberOf), [0, 1]);
  });

  it('never holds the ring up, and counts what it was too slow for', () => {
    const ring = ringOf(1);
    const [producer, tap, consumer] = [new RingProducer(ring, ORIGIN), new RingTap(ring), new RingConsumer(ring, 0)];
    for (let round = 0; round < 10; round += 1) {
      fill(producer, round * CAPACITY, CAPACITY);
      assert.deepEqual(taken(consumer, CAPACITY), numbers(round * CAPACITY, CAPACITY));
      consumer.release(CAPACITY);
    }
    assert.equal(ring.counted().dropped, 0);
    const seen: number[] = [];
    tap.drain(9999, frame => seen.push(numberOf(frame.bytes)));
    // A burst that is being written is out of a tap's reach.
    assert.deepEqual(seen, numbers(9 * CAPACITY + BURST, CAPACITY - BURST));
    assert.deepEqual([tap.read + tap.gap, tap.waiting()], [10 * CAPACITY, 0]);
  });
});

describe('a doorbell', () => {
  it('wakes only a thread that sleeps, and is not slept over when work came just before', async () => {
    const bell = new Doorbell();
    bell.ring();
    bell.sleep(60_000, () => true);
    const keepAlive = setInterval(() => {}, 1000);
    const asleep = bell.sleepAside(60_000, () => false);
    bell.ring();
    await asleep;
    clearInterval(keepAlive);
    assert.equal(new Int32Array(bell.shared)[0], 0);
  });

  it('belongs to a seat: publishing rings it once', () => {
    const bell = new Doorbell();
    const ring = createRing(createFrameMemory(CAPACITY), { first: 0, count: CAPACITY }, [bell]);
    const flag = new Int32Array(bell.shared);
    const producer = new RingProducer(ring, ORIGIN);
    flag[0] = 1;
    producer.write(numbered(1), TIME);
    assert.equal(flag[0], 1, 'not for each frame');
    producer.publish();
    assert.equal(flag[0], 0);
  });
});
