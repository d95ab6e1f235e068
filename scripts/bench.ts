// `npm run bench`: lists the benches; with names runs them; `--json` prints figures; `--docs` writes them into
// docs/benchmarks.md, all of them without names.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { Bench } from '../test/bench/harness.ts';
import { BENCHES, benchNames, isMissed, type Report, reportOf, rowsOf, writeSections } from './bench-document.ts';

const SELF = fileURLToPath(import.meta.url);
const names = benchNames();

async function load(name: string): Promise<Bench> {
  const module = (await import(`${BENCHES}${name}.bench.ts`)) as { bench: Bench };
  return module.bench;
}

async function measure(name: string): Promise<Report> {
  const bench = await load(name);
  process.stderr.write(`${name}: ${bench.what}\n`);
  const figures = await bench.run(text => process.stderr.write(`  ${text}\n`));
  return reportOf(name, bench.label, figures);
}

/** WHY a process each: what one bench leaves on the heap would slow the next one down. */
async function measureApart(name: string): Promise<Report> {
  const child = spawn(process.execPath, [SELF, name, '--json'], { stdio: ['ignore', 'pipe', 'inherit'] });
  let json = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    json += text;
  });
  const [code] = await once(child, 'close');
  // 1: a goal is not met, which the report says too.
  if (code !== 0 && code !== 1) throw new Error(`the bench ${name} ended with ${code}`);
  return JSON.parse(json) as Report;
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { json: { type: 'boolean' }, docs: { type: 'boolean' } },
});
const unknown = positionals.filter(name => !names.includes(name));
if (unknown.length > 0) {
  process.stderr.write(`There is no bench ${unknown.join(', ')}. Choose from: ${names.join(', ')}.\n`);
  process.exitCode = 2;
} else if (positionals.length === 0 && values.docs !== true) {
  for (const name of names) process.stdout.write(`${name.padEnd(12)} ${(await load(name)).what}\n`);
} else {
  const reports: Report[] = [];
  const chosen = values.docs === true && positionals.length === 0 ? names : positionals;
  for (const name of chosen) reports.push(await (chosen.length === 1 ? measure(name) : measureApart(name)));
  if (values.docs === true) writeSections(reports);
  if (values.json === true)
    process.stdout.write(`${JSON.stringify(reports.length === 1 ? reports[0] : reports, null, 2)}\n`);
  else for (const report of reports) process.stdout.write(`${report.bench} (${report.label})\n${rowsOf(report)}\n`);
  if (reports.some(isMissed)) process.exitCode = 1;
}
