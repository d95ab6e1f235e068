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

export interface RunOptions {
  /** Which points to run; default all. */
  readonly choose?: (points: readonly KillPoint[]) => readonly KillPoint[];
  /** Told after every point. @param points  how many there are */
  readonly told?: (row: Row, points: number) => void;
}

/** Runs one scenario at all its points, or only at some of them. */
export async function runScenario(
  world: FaultWorld,
  scenario: Scenario,
  { choose = points => points, told = () => {} }: RunOptions = {},
): Promise<readonly Row[]> {
  const source = await openSource(world, scenario);
  try {
    const points = choose(allPoints(await countWrites(world, scenario, source)));
    return await inParallel(points, world.parallel, async point => {
      const row = await strike(world, scenario, source, point);
      told(row, points.length);
      return row;
    });
  } finally {
    await source.close();
  }
}

/** Some of the points, evenly from the first to the last. @param count  from 2 */
export function spread(points: readonly KillPoint[], count: number): readonly KillPoint[] {
  const last = points.length - 1;
  const indices = Array.from({ length: count }, (_, index) => Math.round((index * last) / (count - 1)));
  return points.filter((_, index) => indices.includes(index));
}

/** Makes places in which the scenario can start: copies of one where the world can be copied. */
interface Source {
  place(): Promise<FaultPlace>;
  close(): Promise<void>;
}

async function openSource(world: FaultWorld, scenario: Scenario): Promise<Source> {
  const first = await prepare(world, scenario);
  const { copy } = first;
  if (copy !== undefined) return { place: copy, close: () => first.close() };
  const unused = [first];
  return {
    place: async () => unused.pop() ?? (await prepare(world, scenario)),
    close: async () => unused.pop()?.close(),
  };
}

async function prepare(world: FaultWorld, scenario: Scenario): Promise<FaultPlace> {
  const place = await world.open();
  try {
    await makeReady(world, scenario, place);
    return place;
  } catch (error) {
    await place.close();
    throw error;
  }
}

async function makeReady(world: FaultWorld, scenario: Scenario, place: FaultPlace): Promise<void> {
  for (const design of scenario.before) await mustApply(world, place, design);
  const { killedBefore: kill, job } = scenario;
  if (kill === undefined) return;
  const end = await runAt(world, place, { ...job, action: 'apply', kill });
  if (end !== 'killed') throw new Error(`${scenario.name}: the first kill did not happen`);
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
  try {
    const place = await source.place();
    const row = await strikeAt(world, scenario, place, point);
    return await leave(place, row);
  } catch (error) {
    return { point, generation: -1, fault: (error as Error).message };
  }
}

async function strikeAt(world: FaultWorld, scenario: Scenario, place: FaultPlace, point: KillPoint): Promise<Row> {
  try {
    const end = await runAt(world, place, { ...scenario.job, kill: point });
    if (end !== 'killed') return { point, generation: end.generation, fault: 'the kill did not happen' };
    return await judge(world, place, point, scenario.ends(point));
  } catch (error) {
    return { point, generation: -1, fault: (error as Error).message };
  }
}

/** What stays behind is a fault of the run as well. */
async function leave(place: FaultPlace, row: Row): Promise<Row> {
  try {
    await place.close();
    return row;
  } catch (error) {
    const faults = [row.fault, (error as Error).message].filter(fault => fault !== undefined);
    return { ...row, fault: faults.join('; then ') };
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
  const troubles = new Set<string>();
  const bad = (what: string): Row => ({ point, generation, fault: [what, ...troubles].join('; ') });
  for (const { design, generation: wanted } of expected) {
    const verdict = await runAt(world, place, { action: 'start', design });
    if (verdict === 'killed') return bad('the restart died');
    generation = verdict.generation;
    for (const trouble of verdict.troubles) troubles.add(trouble);
    if (generation !== wanted) continue;
    return verdict.left.length === 0 ? { point, generation } : bad(`left: ${verdict.left.join(', ')}`);
  }
  return bad(`generation ${expected.map(one => one.generation).join(' or ')} was expected`);
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
