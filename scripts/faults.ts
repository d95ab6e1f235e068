// `npm run test:faults`: kills the agent at every write of its journal, in every scenario, on the simulated and the real back
// end, and writes docs/fault-matrix.md. Names of scenarios run only those and write nothing. Needs root and Debian's packages.
import { writeFileSync } from 'node:fs';
import { availableParallelism, release, type } from 'node:os';
import { fileURLToPath } from 'node:url';
import { isFlawless, matrixDocument, type ScenarioReport, type WorldReport } from '../test/faults/document.ts';
import { robotCell } from '../test/faults/drawn.ts';
import { linuxWorld } from '../test/faults/linux-world.ts';
import { type Row, runScenario } from '../test/faults/matrix.ts';
import { allScenarios, type Scenario } from '../test/faults/scenarios.ts';
import { type FaultWorld, labelOf, memoryWorld } from '../test/faults/world.ts';

const DOCUMENT = fileURLToPath(new URL('../docs/fault-matrix.md', import.meta.url));
/** More boxes than this wait for each other's disk. */
const MAX_BOXES = 4;

function tell(text: string): void {
  process.stderr.write(`${new Date().toISOString().slice(11, 19)} ${text}\n`);
}

async function runWorld(world: FaultWorld, wanted: readonly string[]): Promise<WorldReport> {
  const { backend } = world.design.gateway;
  const label = await labelOf(world);
  const chosen = allScenarios(world.design).filter(({ name }) => wanted.length === 0 || wanted.includes(name));
  const scenarios: ScenarioReport[] = [];
  for (const scenario of chosen) scenarios.push({ scenario, rows: await runAll(world, scenario) });
  return { backend, label, scenarios };
}

function runAll(world: FaultWorld, scenario: Scenario): Promise<readonly Row[]> {
  const { backend } = world.design.gateway;
  tell(`${backend}, ${scenario.name}: ${scenario.what}`);
  let done = 0;
  const told = ({ point, generation, fault }: Row, points: number) => {
    done += 1;
    const end = fault === undefined ? `generation ${generation}` : `FAULT: ${fault}`;
    tell(`  ${done} of ${points}: killed ${point.when} write ${point.write}: ${end}`);
  };
  return runScenario(world, scenario, { told });
}

const design = robotCell();
const known = allScenarios(design).map(({ name }) => name);
const wanted = process.argv.slice(2);
const unknown = wanted.filter(name => !known.includes(name));
if (unknown.length > 0) {
  process.stderr.write(`There is no scenario ${unknown.join(', ')}. Choose from: ${known.join(', ')}.\n`);
  process.exitCode = 2;
} else {
  const real = linuxWorld(design, Math.min(availableParallelism(), MAX_BOXES));
  const worlds: WorldReport[] = [];
  try {
    for (const world of [real, memoryWorld(design)]) worlds.push(await runWorld(world, wanted));
  } finally {
    await real.close();
  }
  const circumstances = {
    day: new Date().toISOString().slice(0, 10),
    machine: `${type()} ${release()}, Node ${process.version}`,
    gateway: design.gateway.name,
  };
  const text = matrixDocument(worlds, circumstances);
  if (wanted.length === 0) writeFileSync(DOCUMENT, text);
  else process.stdout.write(text);
  process.exitCode = isFlawless(worlds) ? 0 : 1;
}
