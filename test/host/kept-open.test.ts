import assert from 'node:assert/strict';
import { type Held, KeptOpen, type KeptOpenEvents } from '../../runtime/host/kept-open.ts';

/** Time that moves only when the test says so. */
function testClock() {
  let now = 0;
  let waiting: { at: number; work: () => void }[] = [];
  return {
    now: () => now,
    after: (ms: number, work: () => void) => {
      const entry = { at: now + ms, work };
      waiting.push(entry);
      return () => {
        waiting = waiting.filter(other => other !== entry);
      };
    },
    pass: (ms: number) => {
      now += ms;
    },
    /** Pauses that are under way, as ms from now. */
    pauses: () => waiting.map(({ at }) => at - now),
    async run(ms: number) {
      now += ms;
      const due = waiting.filter(({ at }) => at <= now);
      waiting = waiting.filter(({ at }) => at > now);
      for (const { work } of due) work();
      await settled();
    },
  };
}

/** Lets everything that was promised happen. */
const settled = () => new Promise(resolve => setImmediate(resolve));

interface Opening {
  readonly lost: (why: unknown) => void;
  readonly signal: AbortSignal;
  readonly ends: PromiseWithResolvers<Held>;
}

function kept(again = { againMs: 10, againMostMs: 40 }) {
  const clock = testClock();
  const openings: Opening[] = [];
  const said: string[] = [];
  let freed = 0;
  const events: KeptOpenEvents<Held> = {
    opened: () => said.push('opened'),
    lost: why => said.push(`lost: ${why}`),
    failed: why => said.push(`failed: ${why}`),
  };
  const it = new KeptOpen(
    (lost, signal) => {
      const ends = Promise.withResolvers<Held>();
      openings.push({ lost, signal, ends });
      return ends.promise;
    },
    again,
    events,
    clock,
  );
  const held: Held = {
    close: async () => {
      freed += 1;
    },
  };
  const last = () => openings.at(-1) as Opening;
  const finish = async (fail?: string) => {
    if (fail === undefined) last().ends.resolve(held);
    else last().ends.reject(fail);
    await settled();
  };
  return { it, clock, openings, said, last, finish, freed: () => freed };
}

describe('what is kept open', () => {
  it('is opened again slower and slower while that fails, and at once quickly after it was well for a while', async () => {
    const { it, clock, finish, last, said } = kept();
    it.start();
    const pauses: number[] = [];
    for (let turn = 0; turn < 4; turn += 1) {
      await finish('no');
      pauses.push(...clock.pauses());
      await clock.run(40);
    }
    assert.deepEqual(pauses, [10, 20, 40, 40]);
    await finish();
    assert.equal(it.state, 'open');
    clock.pass(1_000);
    last().lost('gone');
    await settled();
    assert.deepEqual(clock.pauses(), [10]);
    assert.deepEqual(said.slice(-2), ['opened', 'lost: gone']);
  });

  it('does not become quick by opening when it breaks at once each time', async () => {
    const { it, clock, finish, last } = kept();
    it.start();
    const pauses: number[] = [];
    for (let turn = 0; turn < 4; turn += 1) {
      await finish();
      last().lost('gone');
      await settled();
      pauses.push(...clock.pauses());
      await clock.run(40);
    }
    assert.deepEqual(pauses, [10, 20, 40, 40]);
  });

  it('is lost once only, also when that was said before it had opened', async () => {
    const { it, finish, last, said, freed } = kept();
    it.start();
    last().lost('early');
    last().lost('again');
    await finish();
    last().lost('late');
    assert.deepEqual(said, ['opened', 'lost: early']);
    assert.deepEqual([freed(), it.held], [1, undefined]);
  });

  it('is given back when it opens after it was closed, and closing waits for that', async () => {
    const { it, finish, last, freed, said, openings } = kept();
    it.start();
    const closing = it.close();
    assert.ok(last().signal.aborted);
    await finish();
    await closing;
    assert.deepEqual([freed(), said, it.state, openings.length], [1, [], 'closed', 1]);
  });

  it('is not opened again after it was closed, whether it was open or in a pause', async () => {
    for (const fail of [undefined, 'no']) {
      const { it, clock, finish, openings } = kept();
      it.start();
      await finish(fail);
      await it.close();
      await clock.run(1_000);
      it.start();
      assert.deepEqual([openings.length, it.state, clock.pauses()], [1, 'closed', []]);
    }
  });

  it('is waited for by many, over a failure, and no longer than they like', async () => {
    const { it, clock, finish } = kept();
    it.start();
    const all = [it.whenOpen(5), it.whenOpen(100), it.whenOpen(100)];
    await finish('no');
    await clock.run(10);
    assert.equal(await all[0], undefined, 'its time was up');
    await finish();
    assert.ok(it.held !== undefined);
    assert.deepEqual(await Promise.all(all), [undefined, it.held, it.held]);
    assert.equal(await it.whenOpen(100), it.held, 'it is open already');
    assert.deepEqual(clock.pauses(), [], 'nobody waits any more');
  });

  it('lets those go who wait for it when it is closed, and whoever comes then', async () => {
    const { it, finish } = kept();
    it.start();
    const waiting = it.whenOpen(100);
    const closing = it.close();
    assert.equal(await waiting, undefined);
    await finish();
    await closing;
    assert.equal(await it.whenOpen(100), undefined);
  });
});
