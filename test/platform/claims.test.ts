// What only the box knows of a drawing: an agent refuses to plan it, and the node says why.
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createMemory } from '../../runtime/drivers/memory/driver.ts';
import type { Agent } from '../../runtime/model/agent.ts';
import { GatewayDesign } from '../../runtime/model/design.ts';
import { connectToAgent } from '../../runtime/platform/connect-agent.ts';
import { hostWith, owning } from '../agent/boxes.ts';
import { applyDesign } from '../agent/sample.ts';
import { type SimulatedPlatform, simulatedPlatform } from './simulated-platform.ts';

describe('a drawing that the box cannot give', () => {
  let simulated: SimulatedPlatform;
  beforeEach(async () => {
    simulated = await simulatedPlatform({}, undefined, home => ({
      host: hostWith('cabinet-pc'),
      sharedBox: { neighbours: home, cards: true },
    }));
  });
  afterEach(() => simulated.remove());

  it('has a finding at the bus whose device another design has, until that one lets it go', async () => {
    const { platform } = simulated;
    const drawn = [owning('cell-7', { meter: '1-4.1' }), owning('cell-9', { other: '1-4.1' })] as const;
    await simulated.deploy(...drawn);
    const planned = await simulated.until(({ gateways }) => gateways.every(({ plan }) => plan !== undefined));
    const [first] = planned.gateways;
    await platform.apply({ gateway: 'cell-7', planHash: first?.plan?.hash ?? '', onFailure: 'stop' }, 'anna');
    await platform.refresh('cell-9');
    const refused = platform.state().diagnostics;
    assert.deepEqual(
      refused.map(({ code, source }) => [code, source.node]),
      [['GW_CLAIM_ELSEWHERE', 'other']],
    );
    assert.match(refused[0]?.summary ?? '', /meter of cell-7/);
    assert.equal(simulated.gateway('cell-9').connected, true);
    assert.equal(simulated.gateway('cell-9').plan, undefined);

    await simulated.deploy(owning('cell-7', {}), drawn[1]);
    const free = await simulated.until(({ gateways }) =>
      (gateways[0]?.plan?.steps ?? []).some(({ action }) => action === 'remove'),
    );
    await platform.apply(
      { gateway: 'cell-7', planHash: free.gateways[0]?.plan?.hash ?? '', onFailure: 'stop' },
      'anna',
    );
    await platform.refresh('cell-9');
    assert.deepEqual(platform.state().diagnostics, []);
    assert.notEqual(simulated.gateway('cell-9').plan, undefined);
  });
});

describe('embedded gateways of one home', () => {
  it('share one box: the second that wants a serial port is refused, and both may have uplinks as they like', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'gatewright-claims-'));
    const memory = { ...createMemory(), backend: 'embedded' as const, resident: true };
    const world = {
      ...{
        host: hostWith('cabinet-pc'),
        driverSets: [memory],
        stateDirectory: folder,
        version: '0.0.0',
        now: Date.now,
      },
      serve: true,
    };
    const agents: Agent[] = [];
    const applied = async (gateway: string) => {
      const drawn = owning(gateway, { com: '/dev/ttyS0' });
      const uplink = {
        address: `uplink.${gateway}/plant`,
        kind: 'uplink',
        spec: { device: 'eth1', role: 'plant' },
        needs: [],
      };
      const design = GatewayDesign.parse({
        ...drawn,
        gateway: { ...drawn.gateway, backend: 'embedded' },
        resources: { ...drawn.resources, [uplink.address]: { ...uplink, source: { node: 'u' } } },
      });
      const agent = await connectToAgent(design.gateway, world);
      agents.push(agent);
      return applyDesign(agent, design);
    };
    try {
      assert.equal((await applied('cell-7')).outcome, 'applied');
      await assert.rejects(applied('cell-9'), (error: Error & { code?: string }) => {
        assert.equal(error.code, 'GW_CLAIM_ELSEWHERE');
        assert.match(error.message, /com of cell-7/);
        assert.doesNotMatch(error.message, /eth1|plant/);
        return true;
      });
    } finally {
      await Promise.all(agents.map(agent => agent.close()));
      await rm(folder, { recursive: true });
    }
  });
});
