import assert from 'node:assert/strict';
import { LaneEngine } from '../../../runtime/lanes/engine/lane-engine.ts';
import type { LaneSetup, PortSetup } from '../../../runtime/lanes/engine/setup.ts';
import { portIn, portOut, wires } from '../segment/graphs.ts';
import type { ExclusiveOptions } from './exclusive-port.ts';
import { testModule, until, withEngine } from './world.ts';

/** A lane to one device that is held by one at a time. */
function world(opens = Number.MAX_SAFE_INTEGER) {
  const device = new SharedArrayBuffer(8);
  const line = (baud: number, id = 'line'): PortSetup => {
    const options: ExclusiveOptions = { device, opens, baud };
    return { id, module: testModule('exclusive-port'), options, sends: ['out'] };
  };
  const graph = { nodes: [portIn('in'), portOut('out'), portOut('other')], wires: wires('in out') };
  const setup = (...ports: PortSetup[]): LaneSetup => ({ graph, ports });
  const broken: PortSetup = { id: 'broken', module: testModule('broken-port'), options: {}, sends: ['other'] };
  const state = () => [...new Int32Array(device)];
  return { line, setup, broken, state, engine: new LaneEngine() };
}

async function carriesFrames(engine: LaneEngine): Promise<void> {
  const { tx = 0 } = engine.figures('out') ?? {};
  assert.ok(engine.injector('in').put(Uint8Array.of(1)));
  await until(() => engine.figures('out')?.tx === tx + 1);
}

describe('ports of lanes', () => {
  it('stay open while nothing about them changes', async () => {
    const { line, setup, state, engine } = world();
    await withEngine(engine, async () => {
      await engine.deploy(setup(line(9600)));
      await engine.deploy(setup(line(9600)));
      await carriesFrames(engine);
      assert.deepEqual(state(), [9600, 1]);
    });
    assert.deepEqual(state(), [0, 1], 'closed with the engine');
  });

  it('are closed before what takes their device is opened, under the same name or another', async () => {
    const { line, setup, state, engine } = world();
    await withEngine(engine, async () => {
      await engine.deploy(setup(line(9600)));
      await engine.deploy(setup(line(19200)));
      assert.deepEqual(state(), [19200, 2]);
      await engine.deploy(setup(line(19200, 'renamed')));
      assert.deepEqual(state(), [19200, 3]);
      await carriesFrames(engine);
    });
  });

  it('are opened again as they were when another one does not open', async () => {
    const { line, setup, broken, state, engine } = world();
    await withEngine(engine, async () => {
      await engine.deploy(setup(line(9600)));
      await assert.rejects(engine.deploy(setup(line(19200), broken)), /there is no such device/);
      assert.deepEqual([state(), engine.generation, engine.crashes], [[9600, 3], 1, 0]);
      await carriesFrames(engine);
    });
  });

  it('that cannot be opened again are tried until they can, or until another setup does without them', async () => {
    const { line, setup, broken, engine } = world(2);
    await withEngine(engine, async () => {
      await engine.deploy(setup(line(9600)));
      await assert.rejects(engine.deploy(setup(line(19200), broken)), /cannot be opened again|the device is gone/);
      await until(() => engine.crashes > 1);
      assert.match(engine.lastWords, /the device is gone/);
      // It may end once more while it is told.
      for (let isDone = false; !isDone; )
        isDone = await engine.deploy(setup()).then(
          () => true,
          error => {
            assert.match(String(error), /ended while they went over/);
            return false;
          },
        );
      assert.ok(engine.injector('in').put(Uint8Array.of(1)));
      await until(() => engine.figures('in')?.rx === 1);
    });
  });
});
