// What Wireshark reads in a recording.
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/**
 * Fields of every frame, as tshark tells them.
 * @param names  as in display filters of Wireshark
 */
export async function tsharkFields(file: Uint8Array, ...names: readonly string[]): Promise<readonly string[][]> {
  const folder = await mkdtemp(join(tmpdir(), 'gatewright-tshark-'));
  try {
    const path = join(folder, 'recording');
    await writeFile(path, file);
    const argv = ['-r', path, '-T', 'fields', ...names.flatMap(name => ['-e', name])];
    const { stdout } = await run('tshark', argv, { timeout: 60_000 });
    const rows = stdout.split('\n').filter(row => row !== '');
    return rows.map(row => row.split('\t'));
  } finally {
    await rm(folder, { recursive: true });
  }
}
