import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { abuse, mangle } from './abuse.ts';
import { builtAddon } from './built.ts';
import { runWatched } from './watched.ts';

interface WatchedRun {
  readonly calls: number;
  readonly taken: number;
  readonly refused: number;
  readonly frames: number;
  readonly bytes: number;
}

describe('the addon for bursts', function () {
  this.timeout(120_000);

  it('refuses wrong arguments of every function, each with a complaint and nothing else', () => {
    const addon = builtAddon();
    const before = readdirSync('/proc/self/fd').length;
    assert.ok(abuse(addon) > 500);
    assert.equal(readdirSync('/proc/self/fd').length, before);
  });

  it('refuses tables with numbers that do not belong there, or runs them within the frame', () => {
    const { taken, refused } = mangle(builtAddon(), 300);
    assert.ok(taken > 500 && refused > 500, `${taken} taken, ${refused} refused`);
  });

  it('does neither read nor write where it may not, watched by the sanitizers of the compiler', async () => {
    const { calls, taken, refused, frames, bytes } = await runWatched<WatchedRun>('watched-run');
    assert.ok(calls > 500 && taken > 200 && refused > 200 && frames > 10_000 && bytes > 1_000_000);
    assert.ok((await runWatched<WatchedRun>('gathered')).frames > 1000);
  });
});
