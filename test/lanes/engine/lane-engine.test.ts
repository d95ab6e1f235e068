import assert from 'node:assert/strict';
import { LaneEngine } from '../../../runtime/lanes/engine/lane-engine.ts';
import type { LaneSetup } from '../../../runtime/lanes/engine/setup.ts';
import { inFlightOf, type NodeFigures } from '../../../runtime/lanes/segment/counters.ts';
import type { LaneNode } from '../../../runtime/lanes/segment/graph.ts';
import { byteRule, count, filter, portIn, portOut, rewrite, tap, wires } from '../segment/graphs.ts';
import type { CrashingOptions } from './crashing-port.ts';
import { Outlet, simPort, testModule, until, withEngine } from './world.ts';

const accept = { action: 'accept' } as const;
const graph = (nodes: LaneNode[], ...texts: string[]) => ({ nodes, wires: wires(...texts) });
const numberOf = (frame: Uint8Array) => new DataView(frame.buffer, frame.byteOffset).getUint32(0);
const source = (frames: number, length = 16) => ({ source: { frames, length, perTurn: 64, regardless: false } });

/** Every frame that came to a node went on or was dropped, and what came in by the entrance is released or waits. */
function assertAccounted(engine: LaneEngine, nodes: readonly string[]): void {
  for (const node of nodes) assert.equal(inFlightOf(engine.figures(node) as NodeFigures), 0, node);
}

describe('an engine of lanes', () => {
  it('runs what is put in through the graph, in a thread of its own', async () => {
    const engine = new LaneEngine();
    await withEngine(engine, async () => {
      const outlet = new Outlet();
      const nodes = [portIn('in'), filter('wall', byteRule(0, [5, 9], accept)), rewrite('set', 1, 42), portOut('out')];
      await engine.deploy({
        graph: graph(nodes, 'in wall', 'wall set', 'set out'),
        ports: [outlet.port('back', 'out')],
      });
      const injector = engine.injector('in', 'modbus', 3);
      assert.equal(injector.putAll([5, 1, 9].map(first => Uint8Array.of(first, 0, 0))), 3);
      assert.ok(injector.put(Uint8Array.of(6, 0)));
      const seen: number[][] = [];
      await outlet.collect(3, frame => seen.push([...frame]));
      assert.deepEqual(seen, [
        [5, 42, 0],
        [9, 42, 0],
        [6, 42],
      ]);
      await until(() => engine.entrance('in')?.lane.inFlight === 0);
      assertAccounted(engine, ['in', 'wall', 'set', 'out']);
      const [wall, rule] = [engine.figures('wall'), engine.ruleFigures('wall')?.[0]];
      assert.deepEqual([wall?.rx, wall?.dropFilter, rule?.hits], [4, 1, 3]);
      assert.deepEqual(engine.entrance('in')?.entrance, { published: 4, dropped: 0, evictions: 0 });
    });
  });

  it('goes over to another graph between two frames, loses none, and goes on counting', async () => {
    const engine = new LaneEngine();
    const frames = 60_000;
    await withEngine(engine, async () => {
      const outlet = new Outlet();
      const ports = [simPort('device', source(frames), 'in'), outlet.port('back', 'out')];
      // Each version writes its number twice: a frame that saw half of one would have two.
      const version = (number: number): LaneSetup => ({
        ports,
        graph: graph(
          [portIn('in'), rewrite('one', 4, number), count('seen'), rewrite('two', 5, number), portOut('out')],
          ...['in one', 'one seen', 'seen two', 'two out'],
        ),
      });
      await engine.deploy(version(1));
      let [next, versions] = [0, 0];
      let last = 0;
      const take = (frame: Uint8Array) => {
        assert.equal(numberOf(frame), next);
        assert.equal(frame[4], frame[5]);
        if (frame[4] !== last) versions += 1;
        last = frame[4] ?? 0;
        next += 1;
      };
      for (let number = 2; number <= 5; number += 1) {
        await outlet.collect(5_000, take);
        await Promise.all([engine.deploy(version(number)), outlet.collect(3_000, take)]);
      }
      await outlet.collect(frames - next, take);
      assert.deepEqual([next, versions, last, engine.generation], [frames, 5, 5, 5]);
      await until(() => engine.entrance('in')?.lane.inFlight === 0);
      assert.deepEqual(
        ['in', 'one', 'seen', 'two', 'out'].map(id => engine.figures(id)?.tx),
        Array.from({ length: 5 }, () => frames),
      );
      assert.equal(engine.crashes, 0);
    });
  });

  it('keeps what a filter counted when its rules change', async () => {
    const engine = new LaneEngine();
    await withEngine(engine, async () => {
      const setup = (high: number): LaneSetup => ({
        graph: graph(
          [portIn('in'), filter('wall', byteRule(0, [0, high], accept)), portOut('out')],
          'in wall',
          'wall out',
        ),
        ports: [simPort('sink', {}, undefined, 'out')],
      });
      await engine.deploy(setup(4));
      engine.injector('in').putAll([1, 2, 5].map(byte => Uint8Array.of(byte)));
      await until(() => engine.figures('wall')?.rx === 3);
      await engine.deploy(setup(9));
      engine.injector('in').putAll([5, 6, 7].map(byte => Uint8Array.of(byte)));
      await until(() => engine.figures('wall')?.rx === 6);
      assert.deepEqual(
        engine.ruleFigures('wall')?.map(({ id, hits }) => [id, hits]),
        [
          ['rule', 5],
          ['otherwise', 1],
        ],
      );
    });
  });

  it('refuses what cannot be, says why, and goes on with what ran', async () => {
    const engine = new LaneEngine({ slots: 2048 });
    await withEngine(engine, async () => {
      const outlet = new Outlet();
      const good: LaneSetup = {
        graph: graph([portIn('in'), portOut('out')], 'in out'),
        ports: [outlet.port('back', 'out')],
      };
      await engine.deploy(good);
      const { graph: sound } = good;
      const broken = { id: 'no', module: testModule('broken-port'), options: {}, sends: ['out'] };
      const more = [portIn('a'), portIn('b'), portOut('c')];
      const refused: readonly [LaneSetup, RegExp][] = [
        [{ graph: graph([count('a'), count('b')], 'a b', 'b a'), ports: [] }, /lead back/],
        [{ graph: sound, ports: [broken] }, /there is no such device/],
        [{ graph: sound, ports: [simPort('x', {}, 'gone')] }, /no port-in gone/],
        [
          { graph: sound, ports: [simPort('x', {}, undefined, 'out'), simPort('y', {}, undefined, 'out')] },
          /two ports send/,
        ],
        [{ graph: graph(more, 'a c', 'b c'), ports: [] }, /no room for 1024 more frames/],
      ];
      for (const [setup, says] of refused) await assert.rejects(engine.deploy(setup), says);
      engine.injector('in').put(Uint8Array.of(1, 2));
      await outlet.collect(1, frame => assert.deepEqual([...frame], [1, 2]));
      assert.deepEqual([engine.generation, engine.crashes], [1, 0]);
    });
  });

  it('opens and closes the doors of what comes and goes', async () => {
    const engine = new LaneEngine({ slots: 512 + 2 * 1024 });
    await withEngine(engine, async () => {
      const only = (id: string): LaneSetup => ({ graph: graph([portIn(id), portOut('out')], `${id} out`), ports: [] });
      assert.throws(() => engine.injector('in0'), /no port-in/);
      for (let round = 0; round < 5; round += 1) {
        // Memory of what is gone is there for what comes: twice as much would not fit.
        await engine.deploy(only(`in${round}`));
        const injector = engine.injector(`in${round}`);
        assert.ok(injector.put(Uint8Array.of(1)));
        await engine.deploy(only('other'));
        assert.equal(injector.put(Uint8Array.of(1)), false, 'its port in is gone');
        assert.equal(engine.figures(`in${round}`), undefined);
      }
    });
  });

  it('stops in front of a port that takes no more, so that a device which can wait loses nothing', async () => {
    const engine = new LaneEngine();
    await withEngine(engine, async () => {
      const setup: LaneSetup = {
        graph: graph([portIn('in'), portOut('out')], 'in out'),
        ports: [simPort('device', source(20_000), 'in'), simPort('slow', { takesPerTurn: 3 }, undefined, 'out')],
      };
      await engine.deploy(setup);
      await until(() => engine.figures('out')?.tx === 20_000);
      assert.deepEqual([engine.figures('out')?.dropQueue, engine.entrance('in')?.entrance.dropped], [0, 0]);
    });
  });

  it('drops at the entrance what a bus sends regardless, and accounts for every frame', async () => {
    const engine = new LaneEngine();
    const frames = 50_000;
    await withEngine(engine, async () => {
      const bus = { source: { frames, length: 20, perTurn: 64, regardless: true } };
      await engine.deploy({
        graph: graph([portIn('in'), portOut('out')], 'in out'),
        ports: [simPort('bus', bus, 'in'), simPort('slow', { takesPerTurn: 3 }, undefined, 'out')],
      });
      const entrance = () => engine.entrance('in')?.entrance ?? { published: 0, dropped: 0 };
      await until(() => entrance().published + entrance().dropped === frames);
      await until(() => engine.entrance('in')?.lane.released === entrance().published);
      assert.ok(entrance().dropped > 0, 'the lane was too slow');
      assert.equal(engine.figures('out')?.tx, entrance().published);
      assertAccounted(engine, ['in', 'out']);
    });
  });
});

describe('a thread of lanes that crashes', () => {
  it('is started again and loses nothing, repeats at most a burst and reorders nothing', async () => {
    const engine = new LaneEngine();
    const [frames, crashes] = [30_000, 4];
    await withEngine(engine, async () => {
      const outlet = new Outlet();
      const state = new SharedArrayBuffer(8);
      new Int32Array(state)[1] = crashes;
      const options: CrashingOptions = { ring: outlet.ring.shared, whenFull: 'wait', state, every: 60 };
      await engine.deploy({
        graph: graph([portIn('in'), count('seen'), portOut('out')], 'in seen', 'seen out'),
        ports: [
          simPort('device', source(frames), 'in'),
          { id: 'back', module: testModule('crashing-port'), options, sends: ['out'] },
        ],
      });
      let [next, repeated, runs] = [0, 0, 0];
      let before = -1;
      await until(() => {
        outlet.drain(frame => {
          const number = numberOf(frame);
          assert.ok(number <= next, `${number} came where ${next} was due`);
          if (number < next) repeated += 1;
          // A step back is where a burst comes again; between two of them frames are in order.
          if (number !== before + 1) runs += 1;
          before = number;
          next = Math.max(next, number + 1);
        });
        return next === frames;
      });
      assert.equal(engine.crashes, crashes);
      assert.match(engine.lastWords, /the driver is broken/);
      assert.ok(repeated > 0 && repeated <= crashes * 64, `${repeated} frames came again`);
      assert.equal(runs, crashes);
      await until(() => engine.entrance('in')?.lane.inFlight === 0);
      assert.equal(engine.entrance('in')?.lane.released, frames);
      // Also what was in the hands of the thread when it ended.
      assertAccounted(engine, ['in', 'seen', 'out']);
      const { tx = 0, interrupted = 0, rx = 0 } = engine.figures('out') ?? {};
      assert.equal(tx, frames);
      assert.ok(interrupted > 0 && interrupted <= crashes * 64 && rx === frames + interrupted);
    });
  });

  it('does not keep a setup from being replaced that would crash for ever', async () => {
    const engine = new LaneEngine();
    await withEngine(engine, async () => {
      const [outlet, state] = [new Outlet(), new SharedArrayBuffer(8)];
      new Int32Array(state)[1] = 1_000_000;
      const options: CrashingOptions = { ring: outlet.ring.shared, whenFull: 'wait', state, every: 1 };
      const bad = { id: 'back', module: testModule('crashing-port'), options, sends: ['out'] };
      const through = graph([portIn('in'), portOut('out')], 'in out');
      await engine.deploy({ graph: through, ports: [bad] });
      assert.ok(engine.injector('in').put(Uint8Array.of(7)));
      await until(() => engine.crashes >= 3);
      const good = outlet.port('good', 'out');
      // It may crash once more just while it is told.
      for (;;)
        try {
          await engine.deploy({ graph: through, ports: [good] });
          break;
        } catch (error) {
          assert.match(String(error), /ended while they went over/);
        }
      await outlet.collect(1, frame => assert.deepEqual([...frame], [7]));
    });
  });
});

describe('a thread of lanes that stands still', () => {
  it('does not keep its engine from being closed', async () => {
    const engine = new LaneEngine();
    const stuck = { id: 'stuck', module: testModule('stuck-port'), options: {}, sends: ['out'] };
    await engine.deploy({ graph: graph([portIn('in'), portOut('out')], 'in out'), ports: [stuck] });
    assert.ok(engine.injector('in').put(Uint8Array.of(1)));
    await until(() => engine.figures('out')?.rx === 1);
    await engine.close();
    assert.equal(engine.crashes, 0);
  });
});

describe('a tap of lanes', () => {
  it('costs the lane nothing while the event loop stands still: no frame is lost there, and the tap counts its loss', async () => {
    const engine = new LaneEngine();
    const frames = 300_000;
    await withEngine(engine, async () => {
      const setup = (count: number): LaneSetup => ({
        graph: graph([portIn('in'), tap('look'), portOut('out')], 'in look', 'in out'),
        ports: [simPort('device', source(count), 'in'), simPort('sink', {}, undefined, 'out')],
      });
      await engine.deploy(setup(0));
      const seen: number[] = [];
      const bridge = engine.tap('look', all => seen.push(...all.map(({ bytes }) => numberOf(bytes))));
      await engine.deploy(setup(frames));
      const before = seen.length;
      // The loop of this thread does not turn until the device has sent everything.
      const nap = new Int32Array(new SharedArrayBuffer(4));
      while ((engine.figures('out')?.tx ?? 0) < frames) Atomics.wait(nap, 0, 0, 1);
      assert.equal(seen.length, before);
      await until(() => bridge.taken + bridge.lost === frames);
      assert.ok(bridge.lost > 0 && bridge.taken > 0);
      assert.ok(
        seen.every((number, index) => index === 0 || number > (seen[index - 1] ?? 0)),
        'in order',
      );
      assert.equal(seen.at(-1), frames - 1, 'the newest are there');
      assert.deepEqual(
        [engine.figures('out')?.dropQueue, engine.figures('look')?.tx, engine.entrance('in')?.entrance.dropped],
        [0, frames, 0],
      );
    });
  });

  it('passes over what comes while nobody wants to see it, and does not count that as lost', async () => {
    const engine = new LaneEngine();
    await withEngine(engine, async () => {
      await engine.deploy({ graph: graph([portIn('in'), tap('look')], 'in look'), ports: [] });
      const seen: number[] = [];
      let isWanted = false;
      const options = { wanted: () => isWanted, everyMs: 1_000_000 };
      const bridge = engine.tap('look', all => seen.push(...all.map(({ bytes }) => bytes[0] ?? 0)), options);
      const put = async (...numbers: number[]) => {
        const before = engine.figures('look')?.tx ?? 0;
        engine.injector('in').putAll(numbers.map(number => Uint8Array.of(number)));
        await until(() => engine.figures('look')?.tx === before + numbers.length);
        bridge.drain();
      };
      await put(1, 2);
      isWanted = true;
      await put(3, 4);
      isWanted = false;
      await put(5);
      assert.deepEqual([seen, bridge.taken, bridge.lost], [[3, 4], 2, 0]);
    });
  });

  it('shows no more a second than it was asked for, and says how much it left out', async () => {
    const engine = new LaneEngine();
    await withEngine(engine, async () => {
      await engine.deploy({
        graph: graph([portIn('in'), tap('look', 2)], 'in look'),
        ports: [],
        tapRates: { look: 100 },
      });
      let taken = 0;
      const bridge = engine.tap('look', all => {
        taken += all.length;
      });
      assert.equal(engine.injector('in').putAll(Array.from({ length: 600 }, () => Uint8Array.of(1))), 600);
      await until(() => engine.entrance('in')?.lane.inFlight === 0);
      const { tx = 0, dropRate = 0, skipped } = engine.figures('look') ?? {};
      assert.deepEqual([tx + dropRate, skipped], [300, 300]);
      assert.ok(tx >= 100 && dropRate > 0, `${tx} were shown`);
      await until(() => taken === tx);
      assert.equal(bridge.lost, 0);
      assert.throws(() => engine.tap('in', () => {}), /no tap in/);
    });
  });
});
