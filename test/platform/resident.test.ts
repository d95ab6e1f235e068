// A back end whose VMs live in the process of its agent, as far as others may ask for it.
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { NODE_TYPES } from '../../nodes/catalog.ts';
import { startAgent } from '../../runtime/agent/start.ts';
import { knownGateways } from '../../runtime/cli/known-gateways.ts';
import { compile } from '../../runtime/compile/compile.ts';
import { createMemory } from '../../runtime/drivers/memory/driver.ts';
import type { DriverSet } from '../../runtime/host/driver-set.ts';
import { localHost } from '../../runtime/host/local.ts';
import type { Agent } from '../../runtime/model/agent.ts';
import { designFor, emptyDesign } from '../../runtime/model/design.ts';
import { type AgentWorld, connectToAgent, folderName, socketIn } from '../../runtime/platform/connect-agent.ts';

describe('a gateway that lives in the process of its agent', () => {
  const spec = { name: 'cell-7', backend: 'embedded' } as const;
  let folder = '';
  const open: { close(): Promise<void> }[] = [];
  const heard: Readonly<Record<string, string>>[] = [];
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'gatewright-resident-'));
    heard.length = 0;
  });
  afterEach(async () => {
    for (const one of open.splice(0).reverse()) await one.close();
    await rm(folder, { recursive: true, force: true });
  });

  /** The simulated back end in the place of the embedded one, which notes the settings it was given. */
  const resident = (): DriverSet => {
    const { drivers } = createMemory();
    const noting = drivers.map(driver => ({
      ...driver,
      connect(world: Parameters<typeof driver.connect>[0]) {
        heard.push(world.settings);
        return driver.connect(world);
      },
    }));
    return { backend: 'embedded', resident: true, drivers: noting };
  };
  const world = (changes: Partial<AgentWorld> = {}): AgentWorld => ({
    ...{ host: localHost, stateDirectory: folder, version: '0.0.0', now: Date.now, driverSets: [resident()] },
    ...changes,
  });
  const connect = async (changes: Partial<AgentWorld> = {}): Promise<Agent> => {
    const agent = await connectToAgent(spec, world(changes));
    open.push(agent);
    return agent;
  };
  const apply = (agent: Agent, planHash: string) =>
    agent.apply({ design: emptyDesign(spec), planHash, onFailure: 'stop' }, () => {});

  it('is given the settings of its process, and nothing else, by one that stays', async () => {
    await connect({ serve: true, settings: { imageDirectory: '/images' } });
    assert.deepEqual([...new Set(heard.map(settings => JSON.stringify(settings)))], ['{"imageDirectory":"/images"}']);
  });

  it('is given the hypervisor that is drawn for it, and a gateway of another back end none', async () => {
    const drawn = async (backend: string, hypervisor: string) =>
      designFor(compile(await singleBox(backend, { hypervisor }), NODE_TYPES).design, 'cabinet-1')?.gateway;
    const gateway = (await drawn('embedded', 'qemu')) ?? assert.fail();
    open.push(await connectToAgent(gateway, world({ serve: true, settings: { imageDirectory: '/images' } })));
    const given = '{"imageDirectory":"/images","hypervisor":"qemu"}';
    assert.deepEqual([...new Set(heard.map(settings => JSON.stringify(settings)))], [given]);
    assert.equal((await drawn('linux', 'qemu'))?.hypervisor, undefined);
    assert.equal((await drawn('embedded', 'auto'))?.hypervisor, undefined);
  });

  it('can be planned by a process that soon ends, which starts nothing and applies nothing', async () => {
    const agent = await connect();
    assert.ok(heard.length > 0 && heard.every(settings => settings.dormant === 'yes'));
    const { hash } = await agent.plan(emptyDesign(spec));
    await assert.rejects(apply(agent, hash), /cell-7 .* npm start, or .* --backend embedded --gateway cell-7/);
    await assert.rejects(
      agent.rollback(() => {}),
      { code: 'GW_AGENT_AWAY' },
    );
  });

  it('leaves what a stop interrupted to a process that stays, however often somebody only looks', async () => {
    const opened = Promise.withResolvers<void>();
    const begun = Promise.withResolvers<void>();
    const stuck = createMemory({
      seam({ operation, signal }) {
        if (operation !== 'create') return undefined;
        begun.resolve();
        signal?.addEventListener('abort', () => opened.resolve());
        return opened.promise;
      },
    });
    const design = designFor(compile(await singleBox('embedded'), NODE_TYPES).design, 'cabinet-1') ?? assert.fail();
    const meet = (changes: Partial<AgentWorld>) => connectToAgent(design.gateway, world(changes));
    const first = await meet({ serve: true, driverSets: [{ ...stuck, backend: 'embedded', resident: true }] });
    const { hash } = await first.plan(design);
    const cut = first.apply({ design, planHash: hash, onFailure: 'stop' }, () => {});
    const refused = assert.rejects(cut, { code: 'GW_AGENT_STOPPING' });
    await begun.promise;
    await first.close();
    await refused;
    const looker = await meet({});
    assert.deepEqual([(await looker.info()).busy, (await looker.info()).generation], ['idle', 0]);
    assert.ok((await looker.plan(design)).steps.length > 0);
    await looker.close();
    const second = await meet({ serve: true });
    open.push(second);
    while ((await second.info()).busy !== 'idle') await setImmediate(); // bounded by the time of the test
    assert.equal((await second.info()).generation, 1);
    assert.deepEqual((await second.plan(design)).steps, []);
  });

  it('is asked where another process runs it, and then applies there', async () => {
    const stateDirectory = join(folder, folderName(spec));
    const options = { ...world(), gateway: spec.name, backend: spec.backend, stateDirectory };
    open.push(await startAgent({ ...options, socketPath: socketIn(stateDirectory) }));
    for (const driverSets of [[resident()], []]) {
      const agent = await connect({ driverSets });
      const { hash } = await agent.plan(emptyDesign(spec));
      assert.equal((await apply(agent, hash)).outcome, 'applied');
    }
    assert.ok(heard.every(settings => settings.dormant === undefined));
  });

  it('is away with words where no process runs it and none of its drivers are here', async () => {
    await assert.rejects(
      connect({ driverSets: [] }),
      /embedded back end runs in Gatewright itself; start it with npm start/,
    );
  });

  it('keeps its state apart from a simulated gateway of the same name, and both are found', async () => {
    await connect({ serve: true });
    open.push(await connectToAgent({ name: 'cell-7', backend: 'simulated' }, world({ driverSets: [createMemory()] })));
    assert.deepEqual(
      (await knownGateways(localHost, folder)).filter(({ backend }) => backend !== 'linux'),
      [{ name: 'cell-7', backend: 'simulated' }, spec],
    );
  });
});

async function singleBox(backend: string, changes: object = {}): Promise<readonly object[]> {
  const nodes: readonly { type: string }[] = JSON.parse(await readFile('flows/single-box/flow.json', 'utf8'));
  return nodes.map(node => (node.type === 'gatewright-gateway' ? { ...node, backend, ...changes } : node));
}
