// `npm run soak`: runs both gateways of robot-cell for 20 minutes and writes what came of it into docs/benchmarks.md;
// `--minutes N` tries it for another time and writes nothing.
import { parseArgs } from 'node:util';
import { soak } from '../test/soak/soak.ts';
import { isMissed, reportOf, rowsOf, writeSections } from './bench-document.ts';

const MINUTES = 20;

const { values } = parseArgs({ options: { minutes: { type: 'string' } } });
const minutes = values.minutes === undefined ? MINUTES : Number(values.minutes);
if (!(minutes > 0)) {
  process.stderr.write(`--minutes ${values.minutes} is no time. Give a number of minutes above 0.\n`);
  process.exitCode = 2;
} else {
  const report = reportOf('soak', 'emulated', await soak(minutes, text => process.stderr.write(`  ${text}\n`)));
  process.stdout.write(`${rowsOf(report)}\n`);
  if (values.minutes === undefined) writeSections([report]);
  if (isMissed(report)) process.exitCode = 1;
}
