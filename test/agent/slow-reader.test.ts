// Somebody who records the card of a VM over an agent's socket and takes it slowly: frames are left out and counted, and the stream goes on.
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { type IncomingMessage, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { startAgent } from '../../runtime/agent/start.ts';
import { createMemory } from '../../runtime/drivers/memory/driver.ts';
import { localHost } from '../../runtime/host/local.ts';
import type { HeardPortFrames, PortFrame } from '../../runtime/model/port-frame.ts';

const PORT = 'port.cell-7/robot.eth0';
/** About as much as a driver tells at once. */
const BATCH: readonly PortFrame[] = Array.from({ length: 1_300 }, (_, index) => ({
  atUs: 1_700_000_000_000_000 + index,
  ...({ direction: 'from-vm', length: 1_514, bytes: Buffer.alloc(1_514, index) } as const),
}));
const BATCHES = 20;

describe('a slow reader of the frames of a card', () => {
  it('loses frames and is told how many, and neither the stream nor its end', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'gatewright-slow-'));
    const socketPath = join(folder, 'agent.sock');
    const { promise: heard, resolve: open } = Promise.withResolvers<HeardPortFrames>();
    const { drivers, ...set } = createMemory();
    const driverSet = {
      ...set,
      drivers: drivers.map(driver => ({
        ...driver,
        async connect(world: Parameters<typeof driver.connect>[0]) {
          const { facts, handle } = await driver.connect(world);
          const tapPort = async (_port: unknown, _order: unknown, tell: HeardPortFrames) => {
            open(tell);
            return () => {};
          };
          return { facts, handle: { ...handle, tapPort } };
        },
      })),
    };
    const common = { gateway: 'cell-7', backend: 'simulated', host: localHost, version: 'test' } as const;
    const stateDirectory = join(folder, 'state');
    const agent = await startAgent({ ...common, driverSets: [driverSet], stateDirectory, socketPath });
    try {
      const response = await asked(socketPath, `/v1/port?port=${PORT}&snaplen=65535`);
      const tell = await heard;
      // Nobody reads yet: more than is kept for anybody.
      for (let batch = 0; batch < BATCHES; batch += 1) tell(BATCH, 1);
      let [frames, lost] = [0, 0];
      const lines = createInterface(response);
      for await (const line of lines) {
        const said = JSON.parse(line) as { type: string; frames?: readonly unknown[]; lost?: number };
        frames += said.frames?.length ?? 0;
        lost += said.lost ?? 0;
        // What was lost comes with the next that is told.
        if (frames + lost < BATCHES * (BATCH.length + 1) && said.type === 'port-frames') tell([], 0);
        if (frames + lost === BATCHES * (BATCH.length + 1)) break;
      }
      assert.ok(frames >= BATCH.length && lost > BATCH.length, `${frames} came, ${lost} were lost`);
      response.destroy();
    } finally {
      await agent.close();
      await rm(folder, { recursive: true, force: true });
    }
  });
});

function asked(socketPath: string, path: string): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    request({ socketPath, path, agent: false }, resolve).on('error', reject).end();
  });
}
