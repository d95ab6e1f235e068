// Runs a script of this folder with an addon whose every access to memory is watched: one wrong access ends the process.
import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { buildNative } from '../../../scripts/native.ts';

const run = promisify(execFile);

/** @param name  of the script, which gets the addon's file and what is given here @returns what it printed, as JSON */
export async function runWatched<Result>(name: string, ...given: readonly string[]): Promise<Result> {
  const built = buildNative({ watched: true });
  assert.ok('file' in built, 'why' in built ? built.why : '');
  const libraries = ['libasan.so', 'libubsan.so'].map(library =>
    execFileSync('gcc', [`-print-file-name=${library}`], { encoding: 'utf8' }).trim(),
  );
  const script = fileURLToPath(new URL(`./${name}.ts`, import.meta.url));
  const { stdout } = await run(process.execPath, [script, built.file, ...given], {
    timeout: 100_000,
    // What V8 keeps for good looks like a leak.
    env: { ...process.env, LD_PRELOAD: libraries.join(' '), ASAN_OPTIONS: 'detect_leaks=0:abort_on_error=1' },
  });
  return JSON.parse(stdout) as Result;
}
