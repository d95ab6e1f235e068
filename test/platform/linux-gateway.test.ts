import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NODE_TYPES } from '../../nodes/catalog.ts';
import { type StartedAgent, startAgent } from '../../runtime/agent/start.ts';
import { createMemory } from '../../runtime/drivers/memory/driver.ts';
import { localHost } from '../../runtime/host/local.ts';
import { createPlatform } from '../../runtime/platform/create.ts';
import type { GatewayState, PlatformPort } from '../../runtime/platform/platform-port.ts';
import { find, until } from './simulated-platform.ts';

const SINGLE_BOX = new URL('../../flows/single-box/flow.json', import.meta.url);

/** The agent of a Linux gateway, over a socket, with simulated drivers: the platform cannot tell. */
describe('the platform and the agent of a linux gateway', () => {
  let folder = '';
  let gateway = '';
  let flow: readonly Readonly<Record<string, unknown>>[] = [];
  let agent: StartedAgent | undefined;
  let platform: PlatformPort;
  const socketPath = () => join(folder, 'run', 'agent.sock');

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'gatewright-linux-'));
    const drawn: { type: string; name: string }[] = JSON.parse(await readFile(SINGLE_BOX, 'utf8'));
    gateway = drawn.find(node => node.type === 'gatewright-gateway')?.name ?? '';
    const linux = { backend: 'linux', agentSocket: socketPath() };
    flow = drawn.map(node => (node.type === 'gatewright-gateway' ? { ...node, ...linux } : node));
    platform = createPlatform({
      nodeTypes: NODE_TYPES,
      driverSets: [createMemory()],
      host: localHost,
      stateDirectory: join(folder, 'platform'),
      version: '0.0.0',
      lookEveryMs: 50,
    });
  });
  afterEach(async () => {
    await platform.close();
    await agent?.close();
    agent = undefined;
    await rm(folder, { recursive: true, force: true });
  });

  const start = async () => {
    agent = await startAgent({
      gateway,
      backend: 'linux',
      driverSets: [{ ...createMemory(), backend: 'linux' }],
      host: localHost,
      stateDirectory: join(folder, 'agent'),
      version: '0.0.0',
      socketPath: socketPath(),
    });
  };
  const stop = async () => {
    await agent?.close();
    agent = undefined;
  };
  const state = () => find(platform.state(), gateway);
  const become = async (fits: (state: GatewayState) => boolean) =>
    find(await until(platform, all => fits(find(all, gateway))), gateway);
  const apply = () => platform.apply({ gateway, planHash: state().plan?.hash ?? '', onFailure: 'stop' }, 'ivo');

  it('say how to start the agent while there is none, and find each other when it runs', async () => {
    await platform.load(flow, 'anna');
    assert.equal(state().connected, false);
    assert.match(state().message, /agent/);
    assert.deepEqual(new Set(Object.values(state().resources)), new Set(['unknown']));
    await start();
    const found = await become(({ connected, plan }) => connected && plan !== undefined);
    assert.ok((found.plan?.steps.length ?? 0) > 0);
  });

  it('apply over the socket, with progress', async () => {
    await start();
    await platform.load(flow, 'anna');
    const done: number[] = [];
    platform.onEvent(event => {
      if (event.type === 'step-done') done.push(event.done);
    });
    const steps = state().plan?.steps.length ?? 0;
    assert.equal((await apply()).outcome, 'applied');
    assert.deepEqual((await become(({ plan }) => plan?.steps.length === 0)).generation, 1);
    assert.equal(done.length, steps);
  });

  it('work on after the agent was away, without a new deploy', async () => {
    await start();
    await platform.load(flow, 'anna');
    await apply();
    await stop();
    const away = await become(({ connected }) => !connected);
    assert.deepEqual(new Set(Object.values(away.resources)), new Set(['unknown']));
    await assert.rejects(apply(), { code: 'GW_GATEWAY_AWAY' });
    await start();
    const back = await become(({ connected, plan }) => connected && plan !== undefined);
    assert.deepEqual([back.generation, back.plan?.steps], [1, []]);
    assert.deepEqual(new Set(Object.values(back.resources)), new Set(['running']));
  });

  it('see drift that came while the agent was away', async () => {
    await start();
    await platform.load(flow, 'anna');
    await apply();
    await stop();
    await become(({ connected }) => !connected);
    const stored = (await readdir(join(folder, 'agent'), { recursive: true })).find(path =>
      /\/vm\/.*\.json$/.test(path),
    );
    assert.ok(stored !== undefined);
    await rm(join(folder, 'agent', stored));
    await start();
    const back = await become(({ connected, drift }) => connected && drift);
    assert.ok(Object.values(back.resources).includes('drift'));
  });

  it('see what somebody else applied', async () => {
    await start();
    await platform.load(flow, 'anna');
    const other = createPlatform({
      nodeTypes: NODE_TYPES,
      driverSets: [],
      host: localHost,
      stateDirectory: join(folder, 'other'),
      version: '0.0.0',
    });
    try {
      await other.load(flow, 'ida');
      const planHash = find(other.state(), gateway).plan?.hash ?? '';
      await other.apply({ gateway, planHash, onFailure: 'stop' }, 'ida');
      const seen = await become(({ plan, generation }) => generation === 1 && plan?.steps.length === 0);
      assert.deepEqual(new Set(Object.values(seen.resources)), new Set(['running']));
    } finally {
      await other.close();
    }
  });

  for (const [backend, words] of [
    ['embedded', /the embedded back end runs in Gatewright itself; start it with npm start/],
    ['vsphere', /the vsphere back end is not available yet; choose/],
  ] as const)
    it(`say plainly that ${backend} is not there`, async () => {
      await platform.load(
        flow.map(node => (node.type === 'gatewright-gateway' ? { ...node, backend, agentSocket: '' } : node)),
        'anna',
      );
      assert.equal(state().connected, false);
      assert.match(state().message, words);
    });
});
