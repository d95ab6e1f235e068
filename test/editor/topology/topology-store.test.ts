import assert from 'node:assert/strict';
import { setImmediate } from 'node:timers/promises';
import { TopologyStore } from '../../../editor/sidebar/topology/topology-store.ts';
import type { Observed } from '../../../runtime/model/observed.ts';
import type { GatewayState } from '../../../runtime/platform/platform-port.ts';
import { gatewayState } from './seen-gateway.ts';

const seen = (gateway: string, atMs: number): Observed => ({ gateway, generation: 1, atMs, resources: {} });

/** A store over gateways that the test names, with timers that the test turns. */
function open(...states: GatewayState[]) {
  const world = { gateways: states, asked: [] as string[], told: 0, fails: false, atMs: 0 };
  const timers: { run: () => void; ms: number }[] = [];
  const store = new TopologyStore(
    {
      state: () => ({ revision: 1, diagnostics: [], gateways: world.gateways }),
      design: async () => null,
      async observe(gateway) {
        world.asked.push(gateway);
        if (world.fails) throw new Error('away');
        return seen(gateway, ++world.atMs);
      },
      later(run, ms) {
        const timer = { run, ms };
        timers.push(timer);
        return () => void timers.splice(timers.indexOf(timer), timers.includes(timer) ? 1 : 0);
      },
    },
    () => {
      world.told += 1;
    },
  );
  const turn = async () => {
    for (const { run } of timers.splice(0)) run();
    await setImmediate();
  };
  return { store, world, timers, turn };
}

describe('looking at gateways', () => {
  it('begins when somebody looks, and not before', async () => {
    const { store, world } = open(gatewayState('cell-7'));
    store.refresh();
    assert.deepEqual([world.asked, store.asked], [[], false]);
    store.watch(true);
    await setImmediate();
    assert.deepEqual([world.asked, store.asked, world.told], [['cell-7'], true, 1]);
    assert.equal(store.sights()[0]?.observed?.atMs, 1);
  });

  it('makes one round of many wishes, and again after a while without any', async () => {
    const { store, world, timers, turn } = open(gatewayState('cell-7'));
    store.watch(true);
    for (let count = 0; count < 5; count += 1) store.refresh();
    await setImmediate();
    assert.equal(world.asked.length, 1);
    await turn();
    assert.equal(world.asked.length, 2, 'once more for what was wished meanwhile');
    await turn();
    assert.deepEqual(
      timers.map(({ ms }) => ms),
      [10_000],
    );
    await turn();
    assert.equal(world.asked.length, 3);
  });

  it('ends when nobody looks any more, and begins anew', async () => {
    const { store, world, timers, turn } = open(gatewayState('cell-7'));
    store.watch(true);
    await setImmediate();
    store.watch(false);
    await turn();
    assert.deepEqual([timers.length, world.asked.length], [0, 1]);
    store.watch(true);
    await setImmediate();
    assert.equal(world.asked.length, 2);
  });

  it('does not disturb gateways that are away or at work', async () => {
    const away = gatewayState('cell-8', { connected: false });
    const { store, world } = open(gatewayState('cell-7', { busy: 'applying' }), away, gatewayState('cell-9'));
    store.watch(true);
    await setImmediate();
    assert.deepEqual(world.asked, ['cell-9']);
  });

  it('keeps what was seen last of a gateway that goes, and forgets one that is not drawn any more', async () => {
    const { store, world, turn } = open(gatewayState('cell-7'), gatewayState('cell-8'));
    store.watch(true);
    await setImmediate();
    world.fails = true;
    world.gateways = [gatewayState('cell-7', { connected: false })];
    store.refresh();
    await turn();
    assert.deepEqual(
      store.sights().map(({ state, observed }) => [state.name, observed?.atMs]),
      [['cell-7', 1]],
    );
    world.gateways = [gatewayState('cell-7'), gatewayState('cell-8', { connected: false })];
    assert.equal(store.sights()[1]?.observed, undefined);
  });
});
