// `npm test`: build, lint, types, then mocha. The last line counts what really ran: `N passed, N failed, N skipped`.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const COMPILE_CACHE = fileURLToPath(new URL('../.cache/compile', import.meta.url));

const checks: readonly (readonly [string, ...string[]])[] = [
  ['node', 'scripts/build.ts'],
  ['biome', 'check', '.'],
  ['tsc', '-p', '.'],
];

let broken = 0;
for (const [program, ...args] of checks) {
  process.stdout.write(`> ${program} ${args.join(' ')}\n`);
  const { status } = spawnSync(program, args, { stdio: ['ignore', 'inherit', 'inherit'] });
  if (status !== 0) broken += 1;
}
const mocha = spawnSync('mocha', ['--reporter', 'scripts/reporter.mjs', ...process.argv.slice(2)], {
  stdio: ['ignore', 'inherit', 'inherit'],
  // Processes of ours that tests start, again and again, are up in half the time.
  env: { ...process.env, GATEWRIGHT_BROKEN_CHECKS: String(broken), NODE_COMPILE_CACHE: COMPILE_CACHE },
});
process.exitCode = mocha.status === 0 && broken === 0 ? 0 : 1;
