// Looking at a gateway's lines and the cards of its VMs together, in process and behind the agent's socket.
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mock } from 'node:test';
import { createAgent } from '../../runtime/agent/agent.ts';
import { connectAgent } from '../../runtime/agent/client.ts';
import { startAgent } from '../../runtime/agent/start.ts';
import { lookAtTraffic } from '../../runtime/agent/traffic.ts';
import { createMemory } from '../../runtime/drivers/memory/driver.ts';
import type { AnyDriver, DriverSet } from '../../runtime/host/driver-set.ts';
import { localHost } from '../../runtime/host/local.ts';
import type { Kind } from '../../runtime/model/address.ts';
import type { Agent } from '../../runtime/model/agent.ts';
import type { Handle } from '../../runtime/model/driver.ts';
import type { HeardTraffic, TrafficTick } from '../../runtime/model/line-figures.ts';
import { TickShape } from '../../runtime/model/line-shapes.ts';
import type { PortFigures } from '../../runtime/model/port-figures.ts';

const LINE: TrafficTick['lines'][number] = {
  ...({ line: 'line.cell-7/meters', figures: { state: 'open', ends: [] }, lost: 3 } as const),
  frames: [{ atMs: 5, end: 'device', direction: 'in', frame: '010300000001' }],
};
const COUNTED: readonly PortFigures[] = [
  { port: 'port.cell-7/robot.eth0', in: { frames: 9, denied: 2, dropped: 0 }, out: { frames: 7, dropped: 1 } },
];

/** The simulated back end, whose lines and cards are in the hands of a test. */
function driversWith(line: Partial<Handle<'line'>>, port: Partial<Handle<'port'>>): DriverSet {
  const { drivers, ...set } = createMemory();
  const more: Readonly<Record<string, object>> = { line, port };
  return {
    ...set,
    drivers: drivers.map(
      driver =>
        ({
          ...driver,
          async connect(world) {
            const connected = await driver.connect(world);
            return { ...connected, handle: { ...connected.handle, ...more[driver.kind] } };
          },
        }) as AnyDriver,
    ),
  };
}

for (const where of ['in process', 'behind a socket'] as const)
  describe(`the cards of VMs, looked at ${where}`, () => {
    let folder = '';
    const open: { close(): Promise<void> }[] = [];
    let say: HeardTraffic = () => {};
    const looking = new Set<HeardTraffic>();
    const lines: Partial<Handle<'line'>> = {
      traffic(heard) {
        say = heard;
        looking.add(heard);
        return () => void looking.delete(heard);
      },
    };
    beforeEach(async () => {
      folder = await mkdtemp(join(tmpdir(), 'gw-traffic-'));
    });
    afterEach(async () => {
      for (const one of open.splice(0).reverse()) await one.close();
      await rm(folder, { recursive: true, force: true });
    });

    async function begin(set: DriverSet): Promise<Agent> {
      const common = { gateway: 'cell-7', backend: 'simulated', driverSets: [set], host: localHost } as const;
      const options = { ...common, stateDirectory: join(folder, 'state'), version: 'test' };
      if (where === 'in process') {
        const agent = await createAgent(options);
        open.push(agent);
        return agent;
      }
      const socketPath = join(folder, 'agent.sock');
      open.push(await startAgent({ ...options, socketPath }));
      const client = await connectAgent(socketPath);
      open.push(client);
      return client;
    }

    /** Somebody who looks, and waits for ticks that fit. */
    async function watch(agent: Agent) {
      const seen: TrafficTick[] = [];
      let changed = () => {};
      const look = await agent.traffic(tick => {
        seen.push(tick);
        changed();
      });
      const until = async (fits: (tick: TrafficTick) => boolean): Promise<TrafficTick> => {
        for (;;) {
          const found = seen.find(fits);
          if (found !== undefined) return found;
          await new Promise<void>(resolve => {
            changed = resolve;
          });
        }
      };
      return { seen, until, close: look.close };
    }

    it('come with the lines, at the time of their tick', async () => {
      const agent = await begin(driversWith(lines, { portFigures: async () => COUNTED }));
      const { seen, until, close } = await watch(agent);
      say({ atMs: 500, lines: [LINE] });
      await until(({ lines: [line] }) => line !== undefined);
      assert.deepEqual(seen, [{ atMs: 500, lines: [LINE], ports: COUNTED }]);
      close();
    });

    it('come by themselves where no line says anything', async () => {
      const agent = await begin(driversWith(lines, { portFigures: () => COUNTED }));
      const { until, close } = await watch(agent);
      const { lines: told, ports } = await until(() => true);
      assert.deepEqual([told, ports], [[], COUNTED]);
      close();
    });

    it('come from a gateway that has nothing but them', async () => {
      const agent = await begin(driversWith({}, { portFigures: () => COUNTED }));
      const { until, close } = await watch(agent);
      assert.deepEqual((await until(() => true)).ports, COUNTED);
      close();
    });

    it('hold up no line when they are slow or cannot be read', async () => {
      let asked = 0;
      const portFigures = () => {
        asked += 1;
        return asked === 1 ? Promise.reject(new Error('no such file')) : new Promise<never>(() => {});
      };
      const agent = await begin(driversWith(lines, { portFigures }));
      const { seen, until, close } = await watch(agent);
      say({ atMs: 1, lines: [LINE] });
      await until(({ atMs }) => atMs === 1);
      for (const atMs of [2, 3]) say({ atMs, lines: [LINE] });
      await until(({ atMs }) => atMs === 2);
      assert.deepEqual(
        seen.map(({ atMs, ports }) => [atMs, ports]),
        [
          [1, undefined],
          [2, undefined],
        ],
      );
      close();
    });

    it('are not read while nobody looks', async () => {
      let asked = 0;
      const portFigures = () => {
        asked += 1;
        return [
          { port: 'port.cell-7/robot.eth0', in: { frames: asked, dropped: 0 }, out: { frames: 0, dropped: 0 } },
        ] as const;
      };
      const agent = await begin(driversWith(lines, { portFigures }));
      assert.equal(asked, 0);
      const first = await watch(agent);
      await first.until(() => true);
      first.close();
      while (looking.size > 0) await new Promise(resolve => setImmediate(resolve));
      const before = asked;
      const again = await watch(agent);
      // Whoever went on reading would have read in the time until the first tick.
      assert.equal((await again.until(() => true)).ports?.[0]?.in.frames, before + 1);
      again.close();
    });
  });

describe('cards beside lines', () => {
  afterEach(() => mock.timers.reset());

  it('wait for them as long as a process of lines takes to start anew, then come alone until lines are back', async () => {
    mock.timers.enable({ apis: ['setInterval'] });
    let say: HeardTraffic = () => {};
    const traffic: Handle<'line'>['traffic'] = heard => {
      say = heard;
      return () => {};
    };
    const seen: TrafficTick[] = [];
    const backend = {
      facts: [{ kind: 'line' }, { kind: 'port' }],
      handle: (kind: Kind) => (kind === 'line' ? { traffic } : { portFigures: () => COUNTED }),
    } as unknown as Parameters<typeof lookAtTraffic>[0];
    const stop = lookAtTraffic(backend)?.(
      tick => seen.push(tick),
      () => {},
    );
    const beats = async (count: number) => {
      for (let n = 0; n < count; n += 1) {
        mock.timers.tick(500);
        await new Promise(resolve => setImmediate(resolve));
      }
      return seen.splice(0).map(({ lines, ports }) => [lines.length, ports?.length]);
    };
    const alone = [0, 1];
    assert.deepEqual(await beats(3), [alone, alone], 'once it is clear that no lines are there');
    say({ atMs: 1, lines: [LINE] });
    assert.deepEqual(await beats(19), [[1, 1]]);
    say({ atMs: 2, lines: [LINE] });
    assert.deepEqual(await beats(21), [[1, 1], alone, alone]);
    say({ atMs: 3, lines: [LINE] });
    assert.deepEqual(await beats(5), [[1, 1]]);
    stop?.();
    assert.deepEqual(await beats(50), []);
  });
});

describe('a tick', () => {
  it('may be one of an older agent, which says nothing of cards', () => {
    const { ports, ...older } = TickShape.parse({ atMs: 1, lines: [LINE], ports: COUNTED });
    assert.deepEqual([ports, TickShape.parse(older)], [COUNTED, { atMs: 1, lines: [LINE] }]);
  });

  it('is refused with counters that are none, or of what is no card', () => {
    const [card] = COUNTED;
    for (const wrong of [
      { ...card, port: 'vm.cell-7/robot' },
      { ...card, in: { frames: -1, dropped: 0 } },
      { ...card, out: { frames: 0.5, dropped: 0 } },
      { ...card, out: { frames: 2 ** 60, dropped: 0 } },
      { ...card, more: 1 },
      { port: card?.port, in: card?.in },
    ])
      assert.equal(TickShape.safeParse({ atMs: 1, lines: [], ports: [wrong] }).success, false, JSON.stringify(wrong));
    const many = Array.from({ length: 4_097 }, () => card);
    assert.equal(TickShape.safeParse({ atMs: 1, lines: [], ports: many }).success, false);
  });
});
