import assert from 'node:assert/strict';
import { LaneEngine } from '../../../runtime/lanes/engine/lane-engine.ts';
import { RingOutlet } from '../../../runtime/lanes/engine/ring-outlet.ts';
import { portIn, portOut, wires } from '../segment/graphs.ts';
import { until, withEngine } from './world.ts';

const GRAPH = { nodes: [portIn('in'), portOut('out')], wires: wires('in out') };

describe('an outlet of a lane into the thread that set it up', () => {
  it('brings frames in order, and while that thread stands still the lane goes on and counts what finds no room', async () => {
    const engine = new LaneEngine();
    const numbers: number[] = [];
    const outlet = new RingOutlet(256, frame => void numbers.push(Buffer.from(frame).readUInt16BE()));
    await withEngine(engine, async () => {
      await engine.deploy({ graph: GRAPH, ports: [outlet.port('here', 'out')] });
      const injector = engine.injector('in');
      const put = (count: number) =>
        injector.putAll(Array.from({ length: count }, (_, number) => Uint8Array.of(number >> 8, number & 0xff)));
      assert.equal(put(200), 200);
      await until(() => numbers.length === 200);
      assert.deepEqual(
        numbers,
        Array.from({ length: 200 }, (_, number) => number),
      );
      assert.equal(put(1000), 1000);
      const nap = new Int32Array(new SharedArrayBuffer(4));
      while (engine.figures('out')?.rx !== 1200 || engine.entrance('in')?.lane.inFlight !== 0)
        Atomics.wait(nap, 0, 0, 1);
      assert.equal(numbers.length, 200, 'this thread stood still');
      assert.equal(engine.figures('out')?.dropQueue, 1000 - 256);
      await until(() => numbers.length === 200 + 256);
    });
    await outlet.close();
  });
});
