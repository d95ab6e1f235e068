// Who listens to a bus, and stands still.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { port, until, vm, withBus } from './bus-world.ts';
import type { BusyGuests } from './busy-guests.ts';

/** The event loop of this thread does not turn for so long. */
const STANDS_STILL_MS = 5_000;

describe('a listener whose event loop stands still', () => {
  it('costs VMs no frame, loses some itself, and is told how many', () =>
    withBus({ adapter: 'none' }, async world => {
      const shared = new SharedArrayBuffer(8);
      const words = new Int32Array(shared);
      const workerData: BusyGuests = { folder: world.folder, shared };
      const guests = new Worker(new URL('./busy-guests.ts', import.meta.url), { workerData });
      await once(guests, 'message');
      await world.line.change([port('a'), port('b')]);
      await until(() => world.end(vm('a')).plugged === true && world.end(vm('b')).plugged === true);
      world.listening = true;
      Atomics.store(words, 0, 1);
      await until(() => world.heard.length > 0);

      const [before, told] = [Atomics.load(words, 1), world.heard.length];
      const nap = new Int32Array(new SharedArrayBuffer(4));
      Atomics.wait(nap, 0, 0, STANDS_STILL_MS);
      const meanwhile = Atomics.load(words, 1) - before;
      assert.ok(meanwhile > 1000, `${meanwhile} frames went by`);
      assert.equal(world.heard.length, told, 'nothing was told meanwhile');

      Atomics.store(words, 0, 0);
      const [said] = (await once(guests, 'message')) as [number];
      // Each is heard where it came and where it left.
      await until(() => world.heard.length + world.lost === 2 * said);
      assert.ok(world.lost > 0, 'it was too slow');
      const { in: from } = world.end(vm('a'));
      const { out } = world.end(vm('b'));
      assert.deepEqual([from.frames, from.dropped, out.frames, out.dropped], [said, 0, said, 0]);
      const ended = once(guests, 'exit');
      guests.postMessage('end');
      await ended;
    })).timeout(60_000);
});
