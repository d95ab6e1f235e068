// A simulated gateway belongs to the process that opened it first: the editor, as a rule. Other commands ask that one.
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NODE_TYPES } from '../../nodes/catalog.ts';
import { compile } from '../../runtime/compile/compile.ts';
import { createMemory } from '../../runtime/drivers/memory/driver.ts';
import { localHost } from '../../runtime/host/local.ts';
import type { Agent } from '../../runtime/model/agent.ts';
import { designFor, type GatewayDesign } from '../../runtime/model/design.ts';
import { connectToAgent, socketIn } from '../../runtime/platform/connect-agent.ts';
import { createPlatform } from '../../runtime/platform/create.ts';
import type { PlatformPort } from '../../runtime/platform/platform-port.ts';
import { find, until } from './simulated-platform.ts';

const SINGLE_BOX = new URL('../../flows/single-box/flow.json', import.meta.url);

describe('a simulated gateway that the platform has open', () => {
  let folder = '';
  let flow: readonly object[] = [];
  let design: GatewayDesign;
  let platform: PlatformPort;
  const others: Agent[] = [];
  const world = () => ({ driverSets: [createMemory()], host: localHost, stateDirectory: folder, version: '0.0.0' });

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'gatewright-shared-'));
    flow = JSON.parse(await readFile(SINGLE_BOX, 'utf8'));
    const whole = compile(flow, NODE_TYPES).design;
    const drawn = designFor(whole, Object.keys(whole.gateways)[0] ?? '');
    assert.ok(drawn !== undefined);
    design = drawn;
    platform = createPlatform({ ...world(), nodeTypes: NODE_TYPES, lookEveryMs: 50 });
    await platform.load(flow, 'anna');
  });
  afterEach(async () => {
    for (const other of others.splice(0)) await other.close();
    await platform.close();
    await rm(folder, { recursive: true, force: true });
  });

  const connect = async () => {
    const agent = await connectToAgent(design.gateway, { ...world(), now: Date.now });
    others.push(agent);
    return agent;
  };

  it('can be asked by another command at the same time, and shows what that one applied', async () => {
    const other = await connect();
    const { hash, steps } = await other.plan(design);
    assert.ok(steps.length > 0);
    assert.equal((await other.apply({ design, planHash: hash, onFailure: 'stop' }, () => {})).outcome, 'applied');
    const name = design.gateway.name;
    const seen = find(await until(platform, all => find(all, name).plan?.steps.length === 0), name);
    assert.deepEqual([seen.generation, seen.label], [1, 'simulated']);
  });

  it('lets only its owner and group ask', async () => {
    const socket = await stat(socketIn(join(folder, design.gateway.name)));
    assert.ok(socket.isSocket());
    assert.equal(socket.mode & 0o777, 0o660);
  });

  it('is free again when the platform has closed', async () => {
    await platform.close();
    await assert.rejects(stat(socketIn(join(folder, design.gateway.name))), { code: 'ENOENT' });
    assert.equal((await (await connect()).info()).generation, 0);
  });
});
