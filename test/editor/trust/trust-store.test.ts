import assert from 'node:assert/strict';
import { setImmediate } from 'node:timers/promises';
import { TrustStore } from '../../../editor/sidebar/trust/trust-store.ts';
import type { GatewayState } from '../../../runtime/platform/platform-port.ts';
import { gateStanding, gatewayState } from '../topology/seen-gateway.ts';

const GATE = gateStanding('gate.pumps-1/box-boot', 'host', 'never');

function open(...states: GatewayState[]) {
  const world = { gateways: states, asked: [] as string[], told: 0, refusal: '' };
  const timers = new Set<() => void>();
  const store = new TrustStore(
    {
      client: {
        async status(gateway) {
          world.asked.push(gateway);
          if (world.refusal !== '') throw new Error(world.refusal);
          return { machines: [], gates: [GATE] };
        },
      },
      gateways: () => world.gateways,
      nowMs: () => 5_000,
      later(run) {
        timers.add(run);
        return () => timers.delete(run);
      },
    },
    () => {
      world.told += 1;
    },
  );
  const turn = async () => {
    const due = [...timers];
    timers.clear();
    for (const run of due) run();
    await setImmediate();
  };
  return { store, world, timers, turn };
}

describe('proofs in the browser', () => {
  it('are asked for when somebody looks, and not before', async () => {
    const { store, world } = open(gatewayState('pumps-1'));
    store.refresh();
    store.stateChanged();
    assert.deepEqual(world.asked, []);
    store.watch(true);
    await setImmediate();
    assert.deepEqual([world.asked, world.told], [['pumps-1'], 1]);
    assert.equal(store.sights()[0]?.machines?.[0]?.machine, 'host');
  });

  it('are asked for anew when a gate stands otherwise, and not when only time goes by', async () => {
    const { store, world } = open(gatewayState('pumps-1', { gates: [GATE] }));
    store.watch(true);
    await setImmediate();
    world.gateways = [gatewayState('pumps-1', { gates: [{ ...GATE, openMs: 7 }] })];
    store.stateChanged();
    assert.equal(world.asked.length, 1);
    world.gateways = [gatewayState('pumps-1', { gates: [{ ...GATE, state: 'trusted' }] })];
    store.stateChanged();
    await setImmediate();
    assert.equal(world.asked.length, 2);
    store.stateChanged();
    assert.equal(world.asked.length, 2);
  });

  it('are asked for now and then while somebody looks', async () => {
    const { store, world, timers, turn } = open(gatewayState('pumps-1'));
    store.watch(true);
    await setImmediate();
    await turn();
    assert.equal(world.asked.length, 2);
    store.watch(false);
    assert.equal(timers.size, 0);
  });

  it('stay as they were when they cannot be had, with the reason', async () => {
    const { store, world, turn } = open(gatewayState('pumps-1'));
    store.watch(true);
    await setImmediate();
    world.refusal = 'nobody attests here';
    await turn();
    const [sight] = store.sights();
    assert.deepEqual([sight?.why, sight?.machines?.length], ['nobody attests here', 1]);
    world.refusal = '';
    await turn();
    assert.equal(store.sights()[0]?.why, undefined);
  });

  it('are told apart: of gates that are drawn and not there yet, and of a gateway without any', () => {
    const drawn = gatewayState('pumps-1', { resources: { 'gate.pumps-1/box-boot': 'planned' } });
    const { store } = open(drawn, gatewayState('cell-7', { resources: { 'vm.cell-7/gate': 'running' } }));
    assert.deepEqual(
      store.sights().map(({ isDrawn }) => isDrawn),
      [true, false],
    );
  });

  it('are not asked of a gateway that is away', async () => {
    const { store, world } = open(gatewayState('pumps-1', { connected: false }));
    store.watch(true);
    await setImmediate();
    assert.deepEqual([world.asked, store.sights()[0]?.connected], [[], false]);
  });
});
