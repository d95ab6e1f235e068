// The kill matrix: every scenario, killed before and after every write of its journal, restarted, and judged.
import type { GatewayDesign } from '../../runtime/model/design.ts';
import type { KillPoint } from './job.ts';
import type { Expected, Scenario } from './scenarios.ts';
import { type FaultPlace, type FaultWorld, runAt } from './world.ts';

export interface Row {
  readonly point: KillPoint;
  /** Generation that is complete after the restart. */
  readonly generation: number;
  /** What is wrong; absent when the run ended as it has to. */
  readonly fault?: string;
}

/** Runs one scenario at all its points, or only at some of them. @param choose  default all */
export async function runScenario(
  world: FaultWorld,
  scenario: Scenario,
  choose: (points: readonly KillPoint[]) => readonly KillPoint[] = points => points,
): Promise<readonly Row[]> {
  const source = await openSource(world, scenario);
  try {
    const points = choose(allPoints(await countWrites(world, scenario, source)));
    return await inParallel(points, world.parallel, point => strike(world, scenario, source, point));
  } finally {
    await source.close();
  }
}

/** Makes places in which the scenario can start: copies of one where the world can be copied. */
interface Source {
  place(): Promise<FaultPlace>;
  close(): Promise<void>;
}

async function openSource(world: FaultWorld, scenario: Scenario): Promise<Source> {
  const first = await prepare(world, scenario);
  if (first.copy === undefined) {
    await first.close();
    return { place: () => prepare(world, scenario), close: async () => {} };
  }
  return { place: async () => (await first.copy?.()) ?? first, close: () => first.close() };
}

async function prepare(world: FaultWorld, scenario: Scenario): Promise<FaultPlace> {
  const place = await world.open();
  for (const design of scenario.before) await mustApply(world, place, design);
  const { killedBefore: kill, job } = scenario;
  if (kill === undefined) return place;
  const end = await runAt(world, place, { ...job, action: 'apply', kill });
  if (end !== 'killed') throw new Error(`${scenario.name}: the first kill did not happen`);
  return place;
}

async function mustApply(world: FaultWorld, place: FaultPlace, design: GatewayDesign): Promise<void> {
  const verdict = await runAt(world, place, { action: 'apply', design });
  if (verdict === 'killed' || verdict.outcome !== 'applied' || verdict.left.length > 0)
    throw new Error(`what has to be there before could not be applied: ${JSON.stringify(verdict)}`);
}

async function countWrites(world: FaultWorld, scenario: Scenario, source: Source): Promise<number> {
  const place = await source.place();
  try {
    const verdict = await runAt(world, place, scenario.job);
    if (verdict === 'killed') throw new Error(`${scenario.name}: died without a kill`);
    if (verdict.writes < 2) throw new Error(`${scenario.name}: has only ${verdict.writes} writes`);
    return verdict.writes;
  } finally {
    await place.close();
  }
}

function allPoints(writes: number): readonly KillPoint[] {
  const numbers = Array.from({ length: writes }, (_, index) => index + 1);
  return numbers.flatMap(write => (['before', 'after'] as const).map(when => ({ when, write })));
}

async function strike(world: FaultWorld, scenario: Scenario, source: Source, point: KillPoint): Promise<Row> {
  const place = await source.place();
  try {
    const end = await runAt(world, place, { ...scenario.job, kill: point });
    if (end !== 'killed') return { point, generation: end.generation, fault: 'the kill did not happen' };
    return await judge(world, place, point, scenario.ends(point));
  } catch (error) {
    return { point, generation: -1, fault: (error as Error).message };
  } finally {
    await place.close();
  }
}

/** Restarts without a fault: what has to be complete is, and nothing is left to do. */
async function judge(
  world: FaultWorld,
  place: FaultPlace,
  point: KillPoint,
  expected: readonly Expected[],
): Promise<Row> {
  let generation = -1;
  for (const { design, generation: wanted } of expected) {
    const verdict = await runAt(world, place, { action: 'start', design });
    if (verdict === 'killed') return { point, generation, fault: 'the restart died' };
    generation = verdict.generation;
    if (generation !== wanted) continue;
    return verdict.left.length === 0 ? { point, generation } : { point, generation, fault: `left: ${verdict.left}` };
  }
  return { point, generation, fault: `generation ${expected.map(one => one.generation).join(' or ')} was expected` };
}

async function inParallel<T, R>(items: readonly T[], limit: number, work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  const queue = [...items.entries()];
  const worker = async () => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) results[next[0]] = await work(next[1]);
  };
  await Promise.all(Array.from({ length: limit }, worker));
  return results;
}
