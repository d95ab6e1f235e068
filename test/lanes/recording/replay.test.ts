import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { RecordedFrame } from '../../../runtime/lanes/recording/recorded-frame.ts';
import { type ReplayClock, replay } from '../../../runtime/lanes/recording/replay.ts';

const frameAt = (time: number): RecordedFrame => ({ time, link: 'a', class: 'bytes', bytes: Uint8Array.of(1) });

/** A clock whose sleeps are over at once, late by some ms. */
function clock(late: () => number = () => 0): ReplayClock & { advance(ms: number): void; slept: number } {
  let now = 5_000;
  return {
    slept: 0,
    now: () => now,
    async sleep(ms) {
      this.slept += 1;
      now += ms + late();
    },
    advance(ms) {
      now += ms;
    },
  };
}

describe('a replay', () => {
  it('keeps the time between frames, at any speed', async () => {
    const gaps = fc.array(fc.nat(3_000_000), { maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(gaps, fc.constantFrom(0.5, 1, 2, 10), async (between, speed) => {
        const times = between.map((_, index) => between.slice(0, index + 1).reduce((sum, gap) => sum + gap));
        const frames = times.map(time => frameAt(1_700_000_000_000_000 + time));
        const fake = clock();
        const given: number[] = [];
        const { frames: count, latestMs } = await replay(frames, () => void given.push(fake.now()), {
          speed,
          clock: fake,
        });
        assert.equal(count, frames.length);
        assert.ok(latestMs < 0.001, `${latestMs} ms late`);
        for (const [index, each] of frames.entries()) {
          const due = (each.time - (frames[0] as RecordedFrame).time) / 1_000 / speed;
          assert.ok(Math.abs((given[index] as number) - 5_000 - due) < 0.001, `frame ${index}`);
        }
      }),
    );
  });

  it('does not add up what sleeping too long costs', async () => {
    const fake = clock(() => 3);
    const given: number[] = [];
    const frames = Array.from({ length: 100 }, (_, index) => frameAt(index * 10_000));
    const { latestMs } = await replay(frames, () => void given.push(fake.now()), { clock: fake });
    assert.equal(given.at(-1), 5_000 + 990 + 3);
    assert.equal(latestMs, 3);
  });

  it('catches up after a sink that took long', async () => {
    const fake = clock();
    const given: number[] = [];
    const slow = async () => {
      given.push(fake.now() - 5_000);
      if (given.length === 1) fake.advance(250);
    };
    const { latestMs } = await replay([0, 100_000, 200_000, 300_000].map(frameAt), slow, { clock: fake });
    assert.deepEqual([given, latestMs], [[0, 250, 250, 300], 150]);
  });

  it('gives frames at once that were recorded out of order, and goes on from the latest', async () => {
    const fake = clock();
    const given: number[] = [];
    await replay([0, 50_000, 20_000, 60_000].map(frameAt), () => void given.push(fake.now() - 5_000), { clock: fake });
    assert.deepEqual(given, [0, 50, 50, 60]);
  });

  it('cuts long pauses when asked, and outlasts those that no timer can', async () => {
    const fake = clock();
    const given: number[] = [];
    const month = 30 * 24 * 3_600_000;
    const sink = () => void given.push(fake.now() - 5_000);
    await replay([0, month * 1_000, month * 1_000 + 500].map(frameAt), sink, { clock: fake, longestPauseMs: 1_000 });
    assert.deepEqual(given, [0, 1_000, 1_000.5]);
    given.length = 0;
    const patient = clock();
    await replay([0, month * 1_000].map(frameAt), () => void given.push(patient.now() - 5_000), { clock: patient });
    assert.deepEqual([given, patient.slept], [[0, month], 2]);
  });

  it('as fast as possible waits for nothing but the sink, and lets others have their turn', async () => {
    const fake = clock();
    let turns = 0;
    const other = setInterval(() => {
      turns += 1;
    }, 0);
    const given: number[] = [];
    const frames = Array.from({ length: 20_000 }, (_, index) => frameAt(index * 1_000_000));
    const figures = await replay(frames, frame => void given.push(frame.time), {
      speed: Number.POSITIVE_INFINITY,
      clock: fake,
    });
    clearInterval(other);
    assert.deepEqual([figures, fake.slept, turns > 0], [{ frames: 20_000, latestMs: 0 }, 0, true]);
    assert.deepEqual(
      given,
      frames.map(frame => frame.time),
    );
  });

  it('ends with what it is stopped with, also in the middle of a pause', async () => {
    const stop = new AbortController();
    const given: number[] = [];
    const replayed = replay([0, 3_600_000_000].map(frameAt), frame => void given.push(frame.time), {
      signal: stop.signal,
    });
    while (given.length === 0) await new Promise(setImmediate);
    stop.abort(new Error('enough'));
    await assert.rejects(replayed, /enough/);
    assert.deepEqual(given, [0]);
  });

  it('ends with what the sink throws; a speed that is none is refused', async () => {
    const sink = () => {
      throw new Error('full');
    };
    await assert.rejects(replay([frameAt(0)], sink), /full/);
    for (const speed of [0, -1, Number.NaN])
      await assert.rejects(
        replay([], () => {}, { speed }),
        RangeError,
      );
  });
});
