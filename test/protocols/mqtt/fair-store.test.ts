import assert from 'node:assert/strict';
import fc from 'fast-check';
import { FairStore, type StoreShare } from '../../../runtime/protocols/mqtt/fair-store.ts';

const NEVER = new AbortController().signal;

describe('shares of the store of an MQTT line', () => {
  it('leave room for everybody, however much one wants', () => {
    const store = new FairStore({ messages: 12, bytes: 1_200 });
    const [greedy, small, late] = [store.join(), store.join(), store.join()];
    let taken = 0;
    while (greedy.take(10)) taken += 1;
    assert.equal(taken, 4);
    assert.deepEqual([small.take(400), small.take(1), late.take(401), late.take(1)], [true, false, true, false]);
    late.free(401);
    late.leave();
    assert.deepEqual([small.take(1), greedy.take(10), greedy.take(10), greedy.take(10)], [true, true, true, false]);
  });

  it('are waited for in turn, and given up', async () => {
    const store = new FairStore({ messages: 2, bytes: 100 });
    const [one, other] = [store.join(), store.join()];
    assert.deepEqual([one.take(10), other.take(10)], [true, true]);
    const gone = new AbortController();
    const ends: string[] = [];
    const watch = (name: string, wait: Promise<boolean>) => wait.then(took => ends.push(`${name} ${took}`));
    const first = watch('one', one.wait(10, NEVER));
    const second = watch('other', other.wait(10, gone.signal));
    gone.abort();
    await second;
    one.free(10);
    await first;
    assert.deepEqual(ends, ['other false', 'one true']);
    other.free(10);
    assert.deepEqual([await other.wait(101, NEVER), await other.wait(90, gone.signal)], [false, true]);
    assert.equal(await other.wait(1, gone.signal), false);
  });

  it('never come to more than the store, whoever comes and goes, and what was given back can be taken', async () => {
    const step = fc.record({
      who: fc.nat(5),
      what: fc.constantFrom('take', 'take', 'take', 'wait', 'free', 'leave', 'give up'),
      bytes: fc.integer({ min: 1, max: 400 }),
    });
    const most = { messages: 10, bytes: 1_000 };
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 80 }), async steps => {
        const store = new FairStore(most);
        const shares = new Map<number, { share: StoreShare; held: number[]; gone?: AbortController }>();
        for (const { who, what, bytes } of steps) {
          const one = shares.get(who) ?? { share: store.join(), held: [] as number[] };
          shares.set(who, one);
          if (what === 'take' && one.share.take(bytes)) one.held.push(bytes);
          if (what === 'wait' && one.gone === undefined) {
            const gone = new AbortController();
            one.gone = gone;
            void one.share.wait(bytes, gone.signal).then(took => {
              if (took) one.held.push(bytes);
              if (one.gone === gone) delete one.gone;
            });
          }
          if (what === 'give up') one.gone?.abort();
          const [free] = what === 'free' ? one.held.splice(0, 1) : [];
          if (free !== undefined) one.share.free(free);
          if (what === 'leave' && one.held.length === 0 && one.gone === undefined) {
            one.share.leave();
            shares.delete(who);
          }
          await new Promise(setImmediate);
          const held = [...shares.values()].flatMap(other => other.held);
          assert.ok(held.length <= most.messages && held.reduce((sum, size) => sum + size, 0) <= most.bytes);
        }
        for (const one of shares.values()) one.gone?.abort();
        await new Promise(setImmediate);
        for (const { share, held } of shares.values()) {
          for (const bytes of held) share.free(bytes);
          share.leave();
        }
        const last = store.join();
        for (let n = 0; n < most.messages; n += 1) assert.ok(last.take(100));
        assert.equal(last.take(1), false);
      }),
      { numRuns: 200 },
    );
  });
});
