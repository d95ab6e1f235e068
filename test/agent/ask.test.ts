// Asking a device on a line through an agent, listening to it or to a firewall, and looking at all lines; in process and behind its socket: the
// same bytes, the same refusals.
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAgent } from '../../runtime/agent/agent.ts';
import { connectAgent } from '../../runtime/agent/client.ts';
import { startAgent } from '../../runtime/agent/start.ts';
import { createMemory } from '../../runtime/drivers/memory/driver.ts';
import type { DriverSet } from '../../runtime/host/driver-set.ts';
import { localHost } from '../../runtime/host/local.ts';
import { type Agent, MOST_ASKED_BYTES } from '../../runtime/model/agent.ts';
import type { Conversation } from '../../runtime/model/conversation.ts';
import type { Handle } from '../../runtime/model/driver.ts';
import { GatewrightError } from '../../runtime/model/errors.ts';
import type { TrafficTick } from '../../runtime/model/line-figures.ts';
import type { PortFrame } from '../../runtime/model/port-frame.ts';

const LINE = 'line.cell-7/meters';
const FRAME = {
  ...({ atMs: 5, end: 'vm.cell-7/a', direction: 'in' } as const),
  ...{ frame: '010300000001', answer: '0302002a' },
} as const;
const WIRE = { frames: 1, bytes: 6, denied: 0, dropped: 0, malformed: 0 };
const TICK: TrafficTick = {
  atMs: 500,
  lines: [
    {
      line: LINE,
      figures: {
        ...{ state: 'waiting', why: 'the port is not there', more: { silentUnits: [9] } },
        ends: [
          {
            ...{ end: 'vm.cell-7/a', plugged: true, in: WIRE, out: WIRE },
            firewalls: [{ firewall: 'only-reads', rules: [{ id: 'reads', hits: 1, lastHit: 5, over: 0 }] }],
          },
        ],
      },
      frames: [FRAME],
      lost: 3,
    },
  ],
};

const POLICY = 'policy.cell-7/vendor-a';
const ASKED = {
  ...({ direction: 'inbound', protocol: 'udp', port: 53, packets: 2 } as const),
  ...{ source: '10.0.0.7', destination: '10.0.0.8' },
};
/** More than one line of a stream has room for. */
const MANY = Array.from({ length: 2_500 }, (_, index) => ({ ...ASKED, port: index }));

const PORT = 'port.cell-7/robot.eth0';
const GONE_BY: readonly PortFrame[] = [
  { atUs: 1_700_000_000_000_000, direction: 'from-vm', length: 100, bytes: Buffer.alloc(100, 0xfe) },
  { atUs: 1_700_000_000_000_001, direction: 'to-vm', length: 60, bytes: Buffer.alloc(60) },
];

/** The simulated back end, whose lines answer a request with itself backwards. */
function withLines(): DriverSet {
  const { drivers, ...set } = createMemory();
  const answering = drivers.map(driver => ({
    ...driver,
    async connect(world: Parameters<typeof driver.connect>[0]) {
      const { facts, handle } = await driver.connect(world);
      const ask: NonNullable<Handle<'line'>['ask']> = async (_address, request) => {
        if (request[0] === 9) throw new GatewrightError('GW_MODBUS_SILENT', 'unit 9 did not answer in time');
        return request.toReversed();
      };
      const tap: NonNullable<Handle<'line'>['tap']> = async (_address, heard, ended) => {
        const timer = setTimeout(() => {
          heard([FRAME], 3);
          ended();
        });
        return () => clearTimeout(timer);
      };
      const traffic: NonNullable<Handle<'line'>['traffic']> = (heard, ended) => {
        const timer = setTimeout(() => {
          heard(TICK);
          ended();
        });
        return () => clearTimeout(timer);
      };
      const conversations: NonNullable<Handle['conversations']> = async (_policy, order, heard, ended) => {
        const timer = setTimeout(() => {
          heard(order.refused ? MANY : [ASKED], 9);
          ended();
        });
        return () => clearTimeout(timer);
      };
      const tapPort: NonNullable<Handle['tapPort']> = async (_port, { snaplen }, heard, ended) => {
        const timer = setTimeout(() => {
          heard(
            GONE_BY.map(frame => ({ ...frame, bytes: frame.bytes.subarray(0, snaplen) })),
            4,
          );
          ended();
        });
        return () => clearTimeout(timer);
      };
      if (driver.kind === 'port') return { facts, handle: { ...handle, tapPort } };
      if (driver.kind === 'policy') return { facts, handle: { ...handle, conversations } };
      return { facts, handle: driver.kind === 'line' ? { ...handle, ask, tap, traffic } : handle };
    },
  }));
  return { ...set, drivers: answering };
}

for (const where of ['in process', 'behind a socket'] as const)
  describe(`a device on a line, asked ${where}`, () => {
    let folder = '';
    const open: { close(): Promise<void> }[] = [];
    beforeEach(async () => {
      folder = await mkdtemp(join(tmpdir(), 'gw-ask-'));
    });
    afterEach(async () => {
      for (const one of open.splice(0).reverse()) await one.close();
      await rm(folder, { recursive: true, force: true });
    });
    const begin = async (set: DriverSet): Promise<Agent> => {
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
    };

    it('gives the bytes of the answer, whatever they are', async () => {
      const agent = await begin(withLines());
      const request = Uint8Array.from({ length: MOST_ASKED_BYTES }, (_, index) => index + 10);
      assert.deepEqual([...(await agent.ask(LINE, request))], [...request.toReversed()]);
    });

    it('says in the protocol’s own words why there is none', async () => {
      const agent = await begin(withLines());
      await assert.rejects(agent.ask(LINE, Uint8Array.of(9, 3)), { code: 'GW_MODBUS_SILENT' });
    });

    it('refuses what is no line of its gateway, and what is no request', async () => {
      const agent = await begin(withLines());
      await assert.rejects(agent.ask('line.cell-8/meters', Uint8Array.of(1, 3)), { code: 'GW_ADDRESS_UNKNOWN' });
      for (const length of [0, MOST_ASKED_BYTES + 1])
        await assert.rejects(agent.ask(LINE, new Uint8Array(length)), { code: 'GW_AGENT_REQUEST' });
    });

    it('lets somebody listen, with what was lost, until the line goes', async () => {
      const agent = await begin(withLines());
      const heard: unknown[] = [];
      const tap = await agent.tap(LINE, (frames, lost) => {
        if (frames.length > 0) heard.push(...frames, lost);
      });
      await tap.ended;
      assert.deepEqual(heard, [FRAME, 3]);
      await assert.rejects(
        agent.tap('line.cell-8/meters', () => {}),
        { code: 'GW_ADDRESS_UNKNOWN' },
      );
    });

    it('shows all lines at once to somebody who looks, until there is nothing more to see', async () => {
      const agent = await begin(withLines());
      const seen: TrafficTick[] = [];
      const look = await agent.traffic(tick => seen.push(tick));
      await look.ended;
      assert.deepEqual(seen, [TICK]);
    });

    it('lets somebody hear who asks whom through a firewall, however many they are', async () => {
      const agent = await begin(withLines());
      for (const refused of [false, true]) {
        const heard: Conversation[] = [];
        let lost = 0;
        const hold = await agent.conversations(POLICY, { firewall: 'wall', refused }, (told, missed) => {
          heard.push(...told);
          lost += missed;
        });
        await hold.ended;
        assert.deepEqual([heard, lost], [refused ? MANY : [ASKED], 9]);
      }
      await assert.rejects(
        agent.conversations('policy.cell-8/vendor-a', { firewall: 'wall', refused: true }, () => {}),
        { code: 'GW_ADDRESS_UNKNOWN' },
      );
    });

    it('lets somebody hear what goes over the card of a VM, as much of each frame as was ordered', async () => {
      const agent = await begin(withLines());
      const heard: PortFrame[] = [];
      let lost = 0;
      const hold = await agent.tapPort(PORT, { snaplen: 64 }, (told, missed) => {
        heard.push(...told);
        lost += missed;
      });
      await hold.ended;
      assert.deepEqual(
        heard.map(({ bytes, ...rest }) => [rest, Buffer.from(bytes).toString('hex')]),
        GONE_BY.map(({ bytes, ...rest }) => [rest, Buffer.from(bytes.subarray(0, 64)).toString('hex')]),
      );
      assert.equal(lost, 4);
      await assert.rejects(
        agent.tapPort('port.cell-8/robot.eth0', { snaplen: 64 }, () => {}),
        { code: 'GW_ADDRESS_UNKNOWN' },
      );
    });

    it('records so many cards at once and no more, until one recording has ended', async () => {
      const set = withLines();
      const silent: DriverSet = {
        ...set,
        drivers: set.drivers.map(driver => ({
          ...driver,
          async connect(world) {
            const { facts, handle } = await driver.connect(world);
            return { facts, handle: { ...handle, tapPort: async () => () => {} } };
          },
        })),
      };
      const agent = await begin(silent);
      const hold = () => agent.tapPort(PORT, { snaplen: 64 }, () => {});
      const holds = await Promise.all(Array.from({ length: 8 }, hold));
      await assert.rejects(hold(), { code: 'GW_CAPTURES_FULL' });
      holds[0]?.close();
      await holds[0]?.ended;
      // Behind a socket the agent hears of it a moment later.
      let again: Awaited<ReturnType<typeof hold>> | undefined;
      while (again === undefined)
        again = await hold().catch(() => new Promise<undefined>(resolve => setImmediate(() => resolve(undefined))));
      for (const one of [...holds, again]) one.close();
    });

    it('refuses where no driver has devices', async () => {
      const agent = await begin(createMemory());
      await assert.rejects(agent.ask(LINE, Uint8Array.of(1, 3)), { code: 'GW_KIND_UNSUPPORTED' });
      await assert.rejects(
        agent.traffic(() => {}),
        { code: 'GW_KIND_UNSUPPORTED' },
      );
      await assert.rejects(
        agent.conversations(POLICY, { firewall: 'wall', refused: true }, () => {}),
        { code: 'GW_KIND_UNSUPPORTED' },
      );
      await assert.rejects(
        agent.tapPort(PORT, { snaplen: 64 }, () => {}),
        { code: 'GW_KIND_UNSUPPORTED', message: /driver memory carries no packets to record; choose the back end/ },
      );
    });
  });
