import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { builtFile } from './built.ts';
import { runWatched } from './watched.ts';

const here = (name: string) => fileURLToPath(new URL(name, import.meta.url));

interface Seen {
  readonly frames: number;
  readonly tooLong: number;
  readonly errors: number;
}

describe('datagrams that the kernel brings together for the addon', function () {
  this.timeout(120_000);
  const folder = mkdtempSync(join(tmpdir(), 'gw-together-'));
  const sender = join(folder, 'segments');
  before(() => execFileSync('gcc', ['-O2', '-Wall', '-o', sender, here('./segments.c')]));
  after(() => rmSync(folder, { recursive: true, force: true }));

  /** Each came as it was sent; those that are too long for a slot were told as such. */
  function came({ frames, tooLong, errors }: Seen): void {
    assert.ok(frames > 500 && tooLong > 10, `${frames} frames, ${tooLong} too long`);
    assert.equal(errors, 0);
  }

  it('come as they were sent, however few of them are taken at once, and the wait knows of those that are left', () => {
    came(
      JSON.parse(execFileSync(process.execPath, [here('./together.ts'), builtFile(), sender], { encoding: 'utf8' })),
    );
  });

  it('are taken apart without a byte beyond their own, watched by the sanitizers of the compiler', async () => {
    came(await runWatched<Seen>('together', sender));
  });
});
