// `npm test`: build, lint, types, then mocha. The last line counts what really ran: `N passed, N failed, N skipped`.
import { spawnSync } from 'node:child_process';

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
  env: { ...process.env, GATEWRIGHT_BROKEN_CHECKS: String(broken) },
});
process.exitCode = mocha.status === 0 && broken === 0 ? 0 : 1;
