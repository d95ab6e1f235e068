import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const PROGRAM = fileURLToPath(new URL('libnftables-close.ts', import.meta.url));

describe('libnftables on its thread', () => {
  it('closes to the end although a request is still on its way, with nothing else to keep the process alive', async function () {
    this.timeout(60_000);
    const { stdout } = await promisify(execFile)(process.execPath, [PROGRAM]);
    assert.equal(stdout, 'closed\n');
  });
});
