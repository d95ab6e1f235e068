// The embedded network under its agent: a drawing is applied, stays as drawn, found again and taken down.
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { vswitch } from '../../../runtime/drivers/vswitch/driver.ts';
import { createCables } from '../../../runtime/host/cables.ts';
import { localHost } from '../../../runtime/host/local.ts';
import { createUnderlay } from '../../../runtime/host/underlay.ts';
import type { Agent } from '../../../runtime/model/agent.ts';
import type { TrafficTick } from '../../../runtime/model/line-figures.ts';
import type { Resource } from '../../../runtime/model/resource.ts';
import { connectToAgent } from '../../../runtime/platform/connect-agent.ts';
import { cellA, designOf, GATEWAY, plant, plantEdge, robotPort, vendorA } from '../../contract/samples.ts';

const DRAWN: readonly Resource[] = [plant, cellA, robotPort, vendorA, plantEdge];

describe('an agent of the embedded network', () => {
  let folder = '';
  let agent: Agent | undefined;
  const host = { ...localHost, cables: createCables(), underlay: createUnderlay({ addresses: () => [] }) };

  const start = async () => {
    const world = { host, stateDirectory: folder, version: '0.0.0', now: Date.now, driverSets: [vswitch], serve: true };
    agent = await connectToAgent({ name: GATEWAY, backend: 'embedded', tunnelAddress: '10.251.0.17' }, world);
    return agent;
  };
  const apply = async (to: Agent, resources: readonly Resource[]) => {
    const drawn = designOf(resources);
    const design = { ...drawn, gateway: { ...drawn.gateway, backend: 'embedded' as const } };
    const plan = await to.plan(design);
    const result = await to.apply({ design, planHash: plan.hash, onFailure: 'stop' }, () => {});
    return { plan, result };
  };
  const addressesOf = async (from: Agent) => Object.keys((await from.observe()).resources).sort();

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'gatewright-embedded-agent-'));
  });
  afterEach(async () => {
    await agent?.close();
    await rm(folder, { recursive: true, force: true });
  });

  it('makes what is drawn, without drift, and finds it again after a restart', async () => {
    const first = await start();
    const { result } = await apply(first, DRAWN);
    assert.equal(result.outcome, 'applied', JSON.stringify(result));
    const addresses = DRAWN.map(({ address }) => address as string).sort();
    assert.deepEqual(await addressesOf(first), addresses);
    assert.deepEqual((await first.drift())?.steps ?? [], []);
    await first.close();
    const second = await start();
    assert.deepEqual(await addressesOf(second), addresses);
    assert.deepEqual((await second.drift())?.steps ?? [], []);
    assert.deepEqual((await apply(second, DRAWN)).plan.steps, []);
  });

  it('shows who looks what went over the cards of its VMs, without any line', async () => {
    const started = await start();
    await apply(started, DRAWN);
    const station = host.cables.plug(robotPort.address, 'station', () => {});
    for (let n = 0; n < 3; n += 1) station.send(new Uint8Array(5));
    const ticks: TrafficTick[] = [];
    const { promise: told, resolve: tell } = Promise.withResolvers<void>();
    const look = await started.traffic(tick => {
      ticks.push(tick);
      tell();
    });
    await told;
    look.close();
    station.unplug();
    const counted = { in: { frames: 3, denied: 0, dropped: 3 }, out: { frames: 0, dropped: 0 } };
    assert.deepEqual([ticks[0]?.lines, ticks[0]?.ports], [[], [{ port: robotPort.address, ...counted }]]);
  });

  it('takes everything down when nothing is drawn', async () => {
    const started = await start();
    await apply(started, DRAWN);
    const { result } = await apply(started, []);
    assert.equal(result.outcome, 'applied', JSON.stringify(result));
    assert.deepEqual(await addressesOf(started), []);
  });
});
