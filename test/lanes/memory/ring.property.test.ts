// Whatever producers, consumers and taps do one after the other: the ring behaves as a plain list would, and no frame is
// unaccounted for.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { LaneRing } from '../../../runtime/lanes/memory/lane-ring.ts';
import { BURST, LINE_WORDS, RING_LINE } from '../../../runtime/lanes/memory/layout.ts';
import { RingConsumer } from '../../../runtime/lanes/memory/ring-consumer.ts';
import { RingProducer } from '../../../runtime/lanes/memory/ring-producer.ts';
import { RingTap } from '../../../runtime/lanes/memory/ring-tap.ts';
import { CAPACITY, numbered, numberOf, ORIGIN, ringOf, taken } from './rings.ts';

const EVICT_MS = 50;
const SEATS = 2;

type Step =
  | { readonly do: 'write'; readonly frames: number; readonly publish: boolean }
  | { readonly do: 'consume'; readonly seat: number; readonly take: number; readonly release: number }
  | { readonly do: 'reopen' | 'leave'; readonly seat: number }
  | { readonly do: 'tap'; readonly most: number }
  | { readonly do: 'wait'; readonly ms: number }
  | { readonly do: 'new producer' };

const seat = fc.nat(SEATS - 1);
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('write' as const),
      frames: fc.integer({ min: 1, max: 150 }),
      publish: fc.boolean(),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('consume' as const),
      seat,
      take: fc.nat(CAPACITY),
      release: fc.nat(CAPACITY),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('reopen' as const, 'leave' as const), seat }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('tap' as const), most: fc.nat(CAPACITY) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.nat(60) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('new producer' as const) }) },
);

interface ModelSeat {
  tail: number;
  state: 'empty' | 'gating' | 'evicted';
  released: number;
  gap: number;
}

/** The ring as a list that never forgets. */
class Model {
  readonly frames: number[] = [];
  published = 0;
  dropped = 0;
  evictions = 0;
  lost = 0;
  ms = 0;
  tap = { position: 0, gap: 0 };
  readonly seats: ModelSeat[] = Array.from({ length: SEATS }, () => ({
    tail: 0,
    state: 'gating',
    released: 0,
    gap: 0,
  }));
  #stuck: { readonly at: number; readonly since: number } | undefined;

  write(number: number): void {
    if (this.#isFull()) this.dropped += 1;
    else this.frames.push(number);
    if (this.frames.length - this.published >= BURST) this.publish();
  }

  publish(): void {
    this.published = this.frames.length;
  }

  newProducer(): void {
    this.lost += this.frames.length - this.published;
    this.frames.length = this.published;
    this.#stuck = undefined;
  }

  sit(each: ModelSeat): void {
    each.tail = this.published;
    each.state = 'gating';
  }

  #slowest(): number {
    return Math.min(this.frames.length, ...this.seats.filter(each => each.state === 'gating').map(each => each.tail));
  }

  #isFull(): boolean {
    const slowest = this.#slowest();
    if (this.frames.length - slowest < CAPACITY) return false;
    if (this.#stuck?.at !== slowest) this.#stuck = { at: slowest, since: this.ms };
    if (this.ms - this.#stuck.since < EVICT_MS) return true;
    for (const each of this.seats)
      if (each.state === 'gating' && each.tail === slowest) {
        each.state = 'evicted';
        this.evictions += 1;
      }
    this.#stuck = undefined;
    return false;
  }
}

/** Real ring and model side by side. */
class Run {
  readonly ring: LaneRing;
  readonly model = new Model();
  readonly #consumers: RingConsumer[];
  readonly #tap: RingTap;
  #producer: RingProducer;
  #next = 0;

  /** @param start  position of the first frame, so that positions wrap on the way */
  constructor(start: number) {
    this.ring = ringOf(SEATS);
    this.ring.control[RING_LINE.head * LINE_WORDS] = start;
    this.#consumers = this.ring.bells.map((_, index) => new RingConsumer(this.ring, index));
    this.#producer = this.#newProducer();
    this.#tap = new RingTap(this.ring);
  }

  #newProducer(): RingProducer {
    return new RingProducer(this.ring, ORIGIN, { evictAfterMs: EVICT_MS, now: () => this.model.ms });
  }

  do(step: Step): void {
    if (step.do === 'write') this.#write(step.frames, step.publish);
    else if (step.do === 'consume') this.#consume(step.seat, step.take, step.release);
    else if (step.do === 'reopen') this.#reopen(step.seat);
    else if (step.do === 'leave') this.#leave(step.seat);
    else if (step.do === 'tap') this.#drain(step.most);
    else if (step.do === 'wait') this.model.ms += step.ms;
    else {
      this.model.newProducer();
      this.#producer = this.#newProducer();
    }
  }

  #write(frames: number, publish: boolean): void {
    for (let index = 0; index < frames; index += 1) {
      this.model.write(this.#next);
      this.#producer.write(numbered(this.#next), 0);
      this.#next += 1;
    }
    if (!publish) return;
    this.model.publish();
    this.#producer.publish();
  }

  #consume(index: number, take: number, release: number): void {
    const [consumer, each] = [this.#consumers[index], this.model.seats[index]];
    if (consumer === undefined || each === undefined || each.state === 'empty') return;
    if (each.state === 'evicted') {
      each.gap += this.model.published - each.tail;
      this.model.sit(each);
    }
    const expected = this.model.frames.slice(each.tail, Math.min(each.tail + take, this.model.published));
    assert.deepEqual(taken(consumer, take), expected);
    const done = Math.min(release, expected.length);
    consumer.release(done);
    each.tail += done;
    each.released += done;
  }

  #reopen(index: number): void {
    this.#consumers[index] = new RingConsumer(this.ring, index);
    const each = this.model.seats[index];
    if (each?.state === 'empty') this.model.sit(each);
  }

  #leave(index: number): void {
    this.#consumers[index]?.leave();
    const each = this.model.seats[index];
    if (each !== undefined) each.state = 'empty';
  }

  #drain(most: number): void {
    const { tap, published, frames } = this.model;
    const over = Math.max(published - tap.position - (CAPACITY - BURST), 0);
    const seen: number[] = [];
    this.#tap.drain(most, frame => seen.push(numberOf(frame.bytes)));
    if (most > 0) {
      tap.position += over;
      tap.gap += over;
    }
    const expected = frames.slice(tap.position, Math.min(tap.position + most, published));
    assert.deepEqual(seen, expected);
    tap.position += expected.length;
    assert.equal(this.#tap.gap, tap.gap);
  }

  /** Every frame that was offered is somewhere. */
  check(): void {
    const { published, dropped, evictions, seats, lost, frames } = this.model;
    assert.deepEqual(this.ring.counted(), { published, dropped, evictions });
    assert.equal(this.#next, published + dropped + lost + (frames.length - published));
    seats.forEach((each, index) => {
      const figures = this.ring.countedAt(index);
      assert.equal(figures.state, each.state);
      assert.equal(figures.released, each.released);
      const behind = each.state === 'empty' ? 0 : published - each.tail;
      assert.equal(figures.gap, each.state === 'evicted' ? each.gap + behind : each.gap);
      assert.equal(figures.inFlight, each.state === 'gating' ? behind : 0);
    });
  }
}

describe('a ring, whatever happens in which order', () => {
  it('behaves as a list does and accounts for every frame at every step, also where positions wrap', () => {
    const start = fc.constantFrom(0, 0x7fff_ff80, -300, 1234 * CAPACITY + 17);
    fc.assert(
      fc.property(start, fc.array(step, { minLength: 1, maxLength: 60 }), (begin, steps) => {
        const run = new Run(begin | 0);
        for (const each of steps) {
          run.do(each);
          run.check();
        }
      }),
      { numRuns: 300 },
    );
  });
});
