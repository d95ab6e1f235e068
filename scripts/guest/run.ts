// Runs a program of the builder's machine to its end. Argument lists only.
import { spawnSync } from 'node:child_process';

/** What it printed. @throws Error with its own last words */
export function run(program: string, args: readonly string[], cwd?: string): string {
  const result = spawnSync(program, args, { cwd, encoding: 'utf8', env: { ...process.env, LC_ALL: 'C' } });
  if (result.error) throw new Error(`${program} could not be started: ${result.error.message}`);
  if (result.status !== 0) throw new Error(`${program} ended with ${result.status}: ${result.stderr.trim()}`);
  return result.stdout;
}
