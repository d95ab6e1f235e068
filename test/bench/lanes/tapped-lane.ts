// A whole lane in this thread with or without a tap that shows one frame in a hundred, which is then read as ordinary nodes
// would read it.
import { Lane } from '../../../runtime/lanes/engine/lane.ts';
import type { PortDriver } from '../../../runtime/lanes/engine/port.ts';
import { TapSender } from '../../../runtime/lanes/engine/tap-sender.ts';
import { Doorbell } from '../../../runtime/lanes/memory/doorbell.ts';
import { createFrameMemory } from '../../../runtime/lanes/memory/frame-memory.ts';
import { createRing } from '../../../runtime/lanes/memory/lane-ring.ts';
import { BURST } from '../../../runtime/lanes/memory/layout.ts';
import { RingConsumer } from '../../../runtime/lanes/memory/ring-consumer.ts';
import { RingProducer } from '../../../runtime/lanes/memory/ring-producer.ts';
import { RingTap } from '../../../runtime/lanes/memory/ring-tap.ts';
import { CounterTable } from '../../../runtime/lanes/segment/counters.ts';
import { compileSegment } from '../../../runtime/lanes/segment/segment.ts';
import { tap } from '../../lanes/segment/graphs.ts';
import { chainGraph, type FusedLane, type Hop } from './fused-lane.ts';

const [SLOTS, TAPPED] = [1024, 256];
/** Bursts between two looks at the tap: about 15 ms of a fast line. */
const BETWEEN_LOOKS = 100;
const ORIGIN = { port: 1, frameClass: 0, tenant: 1 };

/** @param every  shows every so manieth frame; 0 = has no tap */
export function tappedLane(hops: readonly Hop[], frame: Uint8Array, every: number): FusedLane {
  const memory = createFrameMemory(SLOTS + TAPPED + BURST);
  const ring = createRing(memory, { first: 0, count: SLOTS }, [new Doorbell()]);
  const shown = createRing(memory, { first: SLOTS, count: TAPPED }, []);
  const [producer, table] = [new RingProducer(ring, ORIGIN), new CounterTable(64)];
  const chain = chainGraph(hops);
  const graph =
    every === 0
      ? chain
      : {
          nodes: [...chain.nodes, tap('tap', every)],
          wires: [...chain.wires, { from: 'in', output: 0 as const, to: 'tap' }],
        };
  const [rows, counters] = [table.assign(graph.nodes.map(node => node.id)), new Float64Array(table.shared)];
  const work = { first: SLOTS + TAPPED, count: BURST };
  let out = 0;
  const sink: PortDriver = {
    waits: 'blocking',
    room: () => SLOTS,
    send(frames) {
      out += frames.count;
      return frames.count;
    },
    poll: () => false,
    close: async () => {},
  };
  const lane = new Lane({
    ...{ memory, counters, rows, segment: compileSegment(graph, { memory, counters, rows, work }) },
    consumers: new Map([['in', new RingConsumer(ring, 0)]]),
    drivers: new Map([['out', sink]]),
    taps: new Map([['tap', new TapSender(new RingProducer(shown, ORIGIN), undefined)]]),
  });
  const reader = new RingTap(shown);
  const seen: unknown[] = [];
  return {
    run(frames) {
      const before = out;
      for (let burst = 0; burst < frames / BURST; burst += 1) {
        for (let index = 0; index < BURST; index += 1) producer.write(frame, burst);
        producer.publish();
        lane.turn(burst);
        if (burst % BETWEEN_LOOKS > 0) continue;
        seen.length = 0;
        reader.drain(TAPPED, message => seen.push({ payload: message }));
      }
      return out - before;
    },
  };
}
