// A lane between rings and ports that behave as they like: at every instant every frame is somewhere, none is there twice,
// and each port gets its frames in order.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Lane } from '../../../runtime/lanes/engine/lane.ts';
import type { PortDriver } from '../../../runtime/lanes/engine/port.ts';
import { TapSender } from '../../../runtime/lanes/engine/tap-sender.ts';
import { Doorbell } from '../../../runtime/lanes/memory/doorbell.ts';
import { createFrameMemory } from '../../../runtime/lanes/memory/frame-memory.ts';
import { createRing, type LaneRing } from '../../../runtime/lanes/memory/lane-ring.ts';
import { BURST } from '../../../runtime/lanes/memory/layout.ts';
import { RingConsumer } from '../../../runtime/lanes/memory/ring-consumer.ts';
import { RingProducer } from '../../../runtime/lanes/memory/ring-producer.ts';
import { RingTap } from '../../../runtime/lanes/memory/ring-tap.ts';
import { CounterTable, inFlightOf, type NodeFigures } from '../../../runtime/lanes/segment/counters.ts';
import { compileSegment } from '../../../runtime/lanes/segment/segment.ts';
import { CAPACITY, numbered, numberOf, ORIGIN } from '../memory/rings.ts';
import { byteRule, fanOut, filter, merge, portIn, portOut, tap, wires } from '../segment/graphs.ts';

const EVICT_MS = 50;

/** Two ports in; frames with a low byte also go to the stream, all go to the packets and the tap. */
const GRAPH = {
  nodes: [
    ...[portIn('a'), portIn('b'), merge('both'), fanOut('all')],
    filter('low', byteRule(4, [0, 127], { action: 'accept' })),
    ...[portOut('stream'), portOut('packets'), tap('look', 2)],
  ],
  wires: wires('a both', 'b both', 'both all', 'all low', 'low stream', 'all packets', 'all look'),
};

type Step =
  | { readonly do: 'put'; readonly input: 0 | 1; readonly frames: number }
  | { readonly do: 'turn' }
  | { readonly do: 'wait'; readonly ms: number }
  | { readonly do: 'stream reads'; readonly frames: number }
  | { readonly do: 'packets take'; readonly frames: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('put' as const),
      input: fc.constantFrom(0 as const, 1 as const),
      frames: fc.integer({ min: 1, max: 200 }),
    }),
  },
  { weight: 6, arbitrary: fc.constant<Step>({ do: 'turn' }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.nat(60) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('stream reads' as const), frames: fc.nat(120) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('packets take' as const), frames: fc.nat(120) }) },
);

/** A port with as much room as the test says. */
class FakePort implements PortDriver {
  readonly waits = 'blocking';
  readonly got: number[] = [];
  left = 0;
  readonly #drops: boolean;

  constructor(drops: boolean) {
    this.#drops = drops;
  }

  room(): number {
    return this.#drops ? Number.POSITIVE_INFINITY : this.left;
  }

  send(...[frames, memory]: Parameters<PortDriver['send']>): number {
    const taken = Math.min(frames.count, this.left);
    if (!this.#drops) assert.equal(taken, frames.count, 'a stream never gets more than it has room for');
    for (let index = 0; index < taken; index += 1)
      this.got.push(numberOf(memory.frame(frames.slot(index), frames.length(index))));
    this.left -= taken;
    return taken;
  }

  poll = () => false;
  close = async () => {};
}

class World {
  readonly stream = new FakePort(false);
  readonly packets = new FakePort(true);
  readonly #memory = createFrameMemory(4 * CAPACITY);
  readonly #table = new CounterTable(16);
  readonly #rings = [0, 1, 2].map(index =>
    createRing(this.#memory, { first: index * CAPACITY, count: CAPACITY }, index < 2 ? [new Doorbell()] : []),
  );
  readonly #lane: Lane;
  readonly #producers: readonly RingProducer[];
  readonly #tap: RingTap;
  #ms = 0;
  /** Numbers of the frames that were offered to each input. */
  readonly #offered: readonly number[][] = [[], []];
  #next = 0;
  #seen = 0;

  constructor() {
    const [a, b, look] = this.#rings as [LaneRing, LaneRing, LaneRing];
    const rows = this.#table.assign(GRAPH.nodes.map(({ id }) => id));
    const counters = new Float64Array(this.#table.shared);
    const [memory, work] = [this.#memory, { first: 3 * CAPACITY, count: BURST }];
    this.#lane = new Lane({
      ...{ memory, counters, rows, segment: compileSegment(GRAPH, { memory, counters, rows, work }) },
      consumers: new Map([a, b].map((ring, index) => ['ab'[index] as string, new RingConsumer(ring, 0)])),
      drivers: new Map([
        ['stream', this.stream],
        ['packets', this.packets],
      ]),
      taps: new Map([['look', new TapSender(new RingProducer(look, ORIGIN), 200)]]),
    });
    const options = { evictAfterMs: EVICT_MS, now: () => this.#ms };
    this.#producers = [a, b].map(ring => new RingProducer(ring, ORIGIN, options));
    this.#tap = new RingTap(look);
  }

  do(step: Step): void {
    if (step.do === 'turn') this.#lane.turn(this.#ms);
    else if (step.do === 'wait') this.#ms += step.ms;
    else if (step.do === 'stream reads') this.stream.left = step.frames;
    else if (step.do === 'packets take') this.packets.left = step.frames;
    else {
      const producer = this.#producers[step.input] as RingProducer;
      for (let index = 0; index < step.frames; index += 1) {
        producer.write(numbered(this.#next), 0);
        this.#offered[step.input]?.push(this.#next);
        this.#next += 1;
      }
      producer.publish();
    }
  }

  #figures(id: string): NodeFigures {
    return this.#table.figures(id) as NodeFigures;
  }

  check(): void {
    for (const index of [0, 1]) {
      const ring = this.#rings[index] ?? assert.fail();
      const [{ published, dropped }, { released, gap, inFlight }] = [ring.counted(), ring.countedAt(0)];
      assert.equal(published + dropped, this.#offered[index]?.length, 'what was offered came in or was dropped');
      assert.equal(published, released + gap + inFlight, 'what came in was handled, missed or waits');
      assert.equal(this.#figures('ab'[index] as string).rx, released);
    }
    for (const { id } of GRAPH.nodes) assert.equal(inFlightOf(this.#figures(id)), 0, id);
    assert.equal(this.#figures('both').rx, this.#figures('a').tx + this.#figures('b').tx);
    assert.deepEqual([this.stream.got.length, this.#figures('stream').dropQueue], [this.#figures('stream').tx, 0]);
    assert.equal(this.packets.got.length, this.#figures('packets').tx);
    for (const offered of this.#offered.map(numbers => new Set(numbers)))
      for (const { got } of [this.stream, this.packets]) {
        const own = got.filter(number => offered.has(number));
        assert.ok(
          own.every((number, at) => at === 0 || number > (own[at - 1] ?? 0)),
          'in order, none twice',
        );
      }
    this.#seen += this.#tap.drain(CAPACITY, () => {});
    assert.equal(this.#seen + this.#tap.gap, this.#figures('look').tx, 'a tap shows or misses what it picked');
  }
}

describe('a lane, whatever its ports do', () => {
  it('accounts for every frame at every instant and repeats none', () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 60 }), steps => {
        const world = new World();
        for (const each of steps) {
          world.do(each);
          world.check();
        }
      }),
      { numRuns: 200, endOnFailure: true },
    );
  });
});
