// A bus with much traffic, and the event loop of who set it up: neither holds the other up.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { performance } from 'node:perf_hooks';
import { Worker } from 'node:worker_threads';
import { type BusWorld, becomes, port, until, vm, withBus } from './bus-world.ts';
import type { BusyGuests } from './busy-guests.ts';

/** The event loop of this thread does not turn for so long. */
const STANDS_STILL_MS = 5_000;

/** Two guests in a thread of their own on a bus, the one of which says what it can to the other. */
async function withBusyBus(work: (world: BusWorld, words: Int32Array, end: () => Promise<number>) => Promise<void>) {
  await withBus({ adapter: 'none' }, async world => {
    const shared = new SharedArrayBuffer(8);
    const words = new Int32Array(shared);
    const workerData: BusyGuests = { folder: world.folder, shared };
    const guests = new Worker(new URL('./busy-guests.ts', import.meta.url), { workerData });
    await once(guests, 'message');
    await world.line.change([port('a'), port('b')]);
    await until(() => world.end(vm('a')).plugged === true && world.end(vm('b')).plugged === true);
    await work(world, words, async () => {
      Atomics.store(words, 0, 0);
      const [said] = (await once(guests, 'message')) as [number];
      return said;
    });
    const ended = once(guests, 'exit');
    guests.postMessage('end');
    await ended;
  });
}

describe('a CAN bus with much traffic', () => {
  it('loses no frame of VMs while the event loop of a listener stands still; the listener loses some, and is told how many', () =>
    withBusyBus(async (world, words, end) => {
      world.listening = true;
      Atomics.store(words, 0, 1);
      await until(() => world.heard.length > 0);

      const [before, told] = [Atomics.load(words, 1), world.heard.length];
      const nap = new Int32Array(new SharedArrayBuffer(4));
      Atomics.wait(nap, 0, 0, STANDS_STILL_MS);
      const meanwhile = Atomics.load(words, 1) - before;
      assert.ok(meanwhile > 1000, `${meanwhile} frames went by`);
      assert.equal(world.heard.length, told, 'nothing was told meanwhile');

      const said = await end();
      // Each is heard where it came and where it left.
      await until(() => world.heard.length + world.lost === 2 * said);
      assert.ok(world.lost > 0, 'it was too slow');
      const counted = () => {
        const [{ in: from }, { out }] = [world.end(vm('a')), world.end(vm('b'))];
        return [from.frames, from.dropped, out.frames, out.dropped];
      };
      await becomes(counted, [said, 0, said, 0]);
    })).timeout(60_000);

  // grodansparadis/node-red-contrib-socketcan 42: CAN nodes delayed the event loop for everybody.
  it('leaves the event loop to others while nobody listens', () =>
    withBusyBus(async (_world, words, end) => {
      const before = performance.eventLoopUtilization();
      Atomics.store(words, 0, 1);
      while (Atomics.load(words, 1) < 20_000) await new Promise(resolve => setTimeout(resolve, 50));
      const { utilization } = performance.eventLoopUtilization(before);
      assert.ok((await end()) >= 20_000);
      assert.ok(utilization < 0.5, `it was busy for ${Math.round(100 * utilization)} % of the time`);
    })).timeout(60_000);
});
