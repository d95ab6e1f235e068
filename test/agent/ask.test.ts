// Asking a device on a line through an agent, in process and behind its socket: the same bytes, the same refusals.
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
import type { Handle } from '../../runtime/model/driver.ts';
import { GatewrightError } from '../../runtime/model/errors.ts';

const LINE = 'line.cell-7/meters';
const FRAME = {
  ...({ atMs: 5, end: 'vm.cell-7/a', direction: 'in' } as const),
  ...{ frame: '010300000001', answer: '0302002a' },
} as const;

/** The simulated back end, whose lines answer a request with itself backwards. */
function withLines(): DriverSet {
  const { drivers, ...set } = createMemory();
  const answering = drivers.map(driver => ({
    ...driver,
    async connect(world: Parameters<typeof driver.connect>[0]) {
      const { facts, handle } = await driver.connect(world);
      const ask: NonNullable<Handle<'line'>['ask']> = async (_address, unit, request) => {
        if (unit === 9) throw new GatewrightError('GW_MODBUS_SILENT', 'unit 9 did not answer in time');
        return request.toReversed();
      };
      const tap: NonNullable<Handle<'line'>['tap']> = (_address, heard, ended) => {
        const timer = setTimeout(() => {
          heard([FRAME], 3);
          ended();
        });
        return () => clearTimeout(timer);
      };
      return { facts, handle: driver.kind === 'line' ? { ...handle, ask, tap } : handle };
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
      const request = Uint8Array.from({ length: 253 }, (_, index) => index);
      assert.deepEqual([...(await agent.ask(LINE, 255, request))], [...request.toReversed()]);
    });

    it('says in the protocol’s own words why there is none', async () => {
      const agent = await begin(withLines());
      await assert.rejects(agent.ask(LINE, 9, Uint8Array.of(3)), { code: 'GW_MODBUS_SILENT' });
    });

    it('refuses what is no line of its gateway, no unit and no request', async () => {
      const agent = await begin(withLines());
      await assert.rejects(agent.ask('line.cell-8/meters', 1, Uint8Array.of(3)), { code: 'GW_ADDRESS_UNKNOWN' });
      const wrong = [agent.ask(LINE, 256, Uint8Array.of(3)), agent.ask(LINE, 1, new Uint8Array(0))];
      for (const asked of [...wrong, agent.ask(LINE, 1, new Uint8Array(MOST_ASKED_BYTES + 3))])
        await assert.rejects(asked, { code: 'GW_AGENT_REQUEST' });
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

    it('refuses where no driver has devices', async () => {
      const agent = await begin(createMemory());
      await assert.rejects(agent.ask(LINE, 1, Uint8Array.of(3)), { code: 'GW_KIND_UNSUPPORTED' });
    });
  });
