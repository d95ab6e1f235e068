import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { buildNative } from '../../../scripts/native.ts';
import { abuse, mangle } from './abuse.ts';
import { builtAddon } from './built.ts';

const run = promisify(execFile);

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
    const built = buildNative({ watched: true });
    assert.ok('file' in built, 'why' in built ? built.why : '');
    const libraries = ['libasan.so', 'libubsan.so'].map(name =>
      execFileSync('gcc', [`-print-file-name=${name}`], { encoding: 'utf8' }).trim(),
    );
    const watched = async (name: string) => {
      const script = fileURLToPath(new URL(`./${name}.ts`, import.meta.url));
      const { stdout } = await run(process.execPath, [script, built.file], {
        timeout: 100_000,
        // What V8 keeps for good looks like a leak.
        env: { ...process.env, LD_PRELOAD: libraries.join(' '), ASAN_OPTIONS: 'detect_leaks=0:abort_on_error=1' },
      });
      return JSON.parse(stdout) as WatchedRun;
    };
    const { calls, taken, refused, frames, bytes } = await watched('watched-run');
    assert.ok(calls > 500 && taken > 200 && refused > 200 && frames > 10_000 && bytes > 1_000_000);
    assert.ok((await watched('gathered')).frames > 1000);
  });
});
