// What only the box knows of a drawing: an agent refuses to plan it, and the node says why.
import assert from 'node:assert/strict';
import { hostWith, owning } from '../agent/boxes.ts';
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
