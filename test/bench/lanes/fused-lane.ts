// A lane in this thread, from a ring through a segment: every frame is copied in, given its head and published; taken off,
// run through all nodes and released.
import { Burst } from '../../../runtime/lanes/memory/burst.ts';
import { Doorbell } from '../../../runtime/lanes/memory/doorbell.ts';
import { createFrameMemory } from '../../../runtime/lanes/memory/frame-memory.ts';
import { createRing } from '../../../runtime/lanes/memory/lane-ring.ts';
import { BURST } from '../../../runtime/lanes/memory/layout.ts';
import { RingConsumer } from '../../../runtime/lanes/memory/ring-consumer.ts';
import { RingProducer } from '../../../runtime/lanes/memory/ring-producer.ts';
import { CounterTable } from '../../../runtime/lanes/segment/counters.ts';
import type { LaneGraph, LaneNode } from '../../../runtime/lanes/segment/graph.ts';
import { compileSegment } from '../../../runtime/lanes/segment/segment.ts';
import { byteRule, portIn, portOut } from '../../lanes/segment/graphs.ts';

const SLOTS = 1024;

/** The nodes between the ports: `pass` ones do as those of Node-RED do, and are counted; `filter` ones look at a byte too. */
export type Hop = 'pass' | 'filter';

export function chainGraph(hops: readonly Hop[]): LaneGraph {
  const nodes: LaneNode[] = hops.map((hop, index) =>
    hop === 'pass'
      ? { id: `hop-${index}`, kind: 'count' }
      : { id: `hop-${index}`, kind: 'filter', program: byteRule(0, [0, 240 + index], { action: 'accept' }) },
  );
  const all = [portIn('in'), ...nodes, portOut('out')];
  const wires = all.slice(1).map((node, index) => ({ from: all[index]?.id ?? '', output: 0 as const, to: node.id }));
  return { nodes: all, wires };
}

export interface FusedLane {
  /** Sends frames through, whole bursts. @returns frames that came out */
  run(frames: number): number;
}

export function fusedLane(hops: readonly Hop[], frame: Uint8Array): FusedLane {
  const memory = createFrameMemory(SLOTS + BURST);
  const ring = createRing(memory, { first: 0, count: SLOTS }, [new Doorbell()]);
  const producer = new RingProducer(ring, { port: 1, frameClass: 0, tenant: 1 });
  const consumer = new RingConsumer(ring, 0);
  const table = new CounterTable(64);
  const graph = chainGraph(hops);
  const segment = compileSegment(graph, {
    ...{ memory, counters: new Float64Array(table.shared), rows: table.assign(graph.nodes.map(node => node.id)) },
    work: { first: SLOTS, count: BURST },
  });
  const burst = new Burst(BURST);
  const [list] = segment.lists;
  return {
    run(frames) {
      let out = 0;
      for (let sent = 0; sent < frames; sent += BURST) {
        for (let index = 0; index < BURST; index += 1) producer.write(frame, sent);
        producer.publish();
        consumer.take(burst, BURST);
        segment.run(0, burst, sent);
        out += list?.burst.count ?? 0;
        consumer.release(burst.count);
      }
      return out;
    },
  };
}
