// The program by which guests of one snapshot come to random numbers of their own. Two such guests show what it is for; here
// it runs by itself, as every x86 Linux can run it.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { reseedProgram } from '../../scripts/guest/reseed.ts';

const EPERM = 1;

describe('the reseed program of the guest', () => {
  it('asks the kernel to reseed, which the kernel does for root and refuses to others', () => {
    const folder = mkdtempSync(join(tmpdir(), 'gw-reseed-'));
    try {
      const program = join(folder, 'gw-reseed');
      writeFileSync(program, reseedProgram(), { mode: 0o755 });
      const { status, signal, error } = spawnSync(program, []);
      assert.deepEqual([error, signal], [undefined, null]);
      assert.ok(status === 0 || status === EPERM, `it ended with ${status}`);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
