// Listening to a line in its process: in batches, bounded, and with what was lost told.
import assert from 'node:assert/strict';
import { Ears } from '../../../runtime/drivers/lines/ears.ts';
import { RecentFrames } from '../../../runtime/drivers/lines/recent-frames.ts';
import { Tap } from '../../../runtime/drivers/lines/tap.ts';
import { MOST_TICK_FRAMES } from '../../../runtime/model/line-figures.ts';
import type { LineFrame } from '../../../runtime/model/line-frame.ts';

const frame = (atMs: number, bytes = '0103'): LineFrame => ({ atMs, end: 'messages', direction: 'in', frame: bytes });

describe('who listens to a line', () => {
  it('never holds it up: what is too much for a batch is counted', async () => {
    const told = Promise.withResolvers<[number, number]>();
    const tap = new Tap(
      (frames, lost) => {
        told.resolve([frames.length, lost]);
        return true;
      },
      () => {},
    );
    for (let n = 0; n < 2_000; n++) tap.hear(frame(n));
    assert.deepEqual(await told.promise, [500, 1_500]);
  });

  it('is told of long frames until they are too many bytes', async () => {
    const told = Promise.withResolvers<[number, number]>();
    const tap = new Tap(
      (frames, lost) => {
        told.resolve([frames.length, lost]);
        return true;
      },
      () => {},
    );
    for (let n = 0; n < 40; n++) tap.hear(frame(n, 'ab'.repeat(64 * 1024)));
    assert.deepEqual(await told.promise, [32, 8]);
  });

  it('is told later of what there was no room for, with what came meanwhile and what was lost', async () => {
    const told = Promise.withResolvers<[number[], number]>();
    let refusals = 0;
    const tap = new Tap(
      (frames, lost) => {
        if (refusals === 0) {
          refusals += 1;
          tap.hear(frame(2));
          tap.miss(3);
          return false;
        }
        told.resolve([frames.map(({ atMs }) => atMs), lost]);
        return true;
      },
      () => {},
    );
    tap.hear(frame(1));
    assert.deepEqual(await told.promise, [[1, 2], 3]);
  });

  it('is told the last of it when the line goes', () => {
    const events: unknown[] = [];
    const ears = new Ears();
    const tap = new Tap(
      (frames, lost) => {
        events.push([frames.length, lost]);
        return true;
      },
      () => events.push('ended'),
    );
    ears.add(tap);
    assert.equal(ears.any, true);
    ears.tell(frame(1));
    ears.lost(2);
    ears.close();
    assert.deepEqual(events, [[1, 2], 'ended']);
    assert.equal(ears.any, false);
  });

  it('gets the last frames of a line by looking, and how many came before them', () => {
    const recent = new RecentFrames();
    for (let n = 0; n < MOST_TICK_FRAMES + 5; n++) recent.hear(frame(n));
    recent.miss(2);
    const { frames, lost } = recent.take();
    assert.deepEqual([frames.length, frames[0]?.atMs, lost], [MOST_TICK_FRAMES, 5, 7]);
    assert.deepEqual(recent.take(), { frames: [], lost: 0 });
  });
});
