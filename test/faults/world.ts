// Where a kill matrix is run. The simulated world is here, the one of the real back end in linux-world.ts.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { GatewayDesign } from '../../runtime/model/design.ts';
import type { BackendLabel } from '../../runtime/model/gateway.ts';
import { type Job, runJob, type Verdict } from './job.ts';

const VICTIM = fileURLToPath(new URL('victim.ts', import.meta.url));
/** A run that takes longer hangs; it is ended by force and counts as a failure. */
const RUN_TIMEOUT_MS = 120_000;

export interface FaultWorld {
  readonly name: 'memory' | 'linux';
  /** The design the scenarios are made of, for this world's back end. */
  readonly design: GatewayDesign;
  /** Runs without a kill may be made in this process. */
  readonly inProcess: boolean;
  /** Runs at the same time. 1 when they would meet in the real system. */
  readonly parallel: number;
  /** A place with nothing in it. */
  open(): Promise<FaultPlace>;
}

export interface FaultPlace {
  readonly folder: string;
  readonly stateDirectory: string;
  /** Put before the command of an agent's process, for example to enter its namespaces. Empty = none. */
  readonly prefix: readonly string[];
  /** Environment of that process besides this one's, for example a mark by which its children are found. */
  readonly environment: Readonly<Record<string, string>>;
  readonly settings: Readonly<Record<string, string>>;
  /** Another place that is the same; absent when the world cannot be copied. */
  copy?(): Promise<FaultPlace>;
  /** Leaves nothing behind, in the real system neither. @throws Error when the agent could not take all of it away */
  close(): Promise<void>;
}

/** The simulated back end: everything is in the state folder, so a place can be copied. */
export function memoryWorld(design: GatewayDesign): FaultWorld {
  const onMemory = { ...design, gateway: { ...design.gateway, backend: 'simulated' as const } };
  return { name: 'memory', design: onMemory, inProcess: true, parallel: 2, open: openSimulated };
}

async function openSimulated(): Promise<FaultPlace> {
  const here = await openFolder();
  return {
    ...here,
    prefix: [],
    environment: {},
    settings: {},
    async copy() {
      const other = await openSimulated();
      await cp(here.stateDirectory, other.stateDirectory, { recursive: true });
      return other;
    },
  };
}

/** The folder of a place, with an empty state directory in it. */
export async function openFolder(): Promise<Pick<FaultPlace, 'folder' | 'stateDirectory' | 'close'>> {
  const folder = await mkdtemp(join(tmpdir(), 'gw-fault-'));
  const stateDirectory = join(folder, 'state');
  await mkdir(stateDirectory, { mode: 0o700 });
  return { folder, stateDirectory, close: () => rm(folder, { recursive: true, force: true }) };
}

export type PlacedJob = Omit<Job, 'stateDirectory' | 'settings'>;

/** Runs a job at a place; `killed` when its process was killed by the job's own hand. @throws Error when it failed otherwise */
export async function runAt(world: FaultWorld, place: FaultPlace, placed: PlacedJob): Promise<Verdict | 'killed'> {
  const job: Job = { ...placed, stateDirectory: place.stateDirectory, settings: place.settings };
  if (world.inProcess && job.kill === undefined) return runJob(job);
  const file = join(place.folder, 'job.json');
  await rm(`${file}.verdict`, { force: true });
  await writeFile(file, JSON.stringify(job));
  const { code, signal, said } = await runProcess(place, file);
  if (signal === 'SIGKILL' || code === 137) return 'killed';
  if (code !== 0) throw new Error(`the agent's process ended with ${code ?? signal}: ${said}`);
  return JSON.parse(await readFile(`${file}.verdict`, 'utf8')) as Verdict;
}

/** How real a world's back end is here: its agent says so. */
export async function labelOf(world: FaultWorld): Promise<BackendLabel> {
  const place = await world.open();
  const verdict = await runAt(world, place, { action: 'start', design: world.design });
  await place.close();
  if (verdict === 'killed') throw new Error('the agent died without a kill');
  return verdict.label;
}

async function runProcess({ prefix, environment }: FaultPlace, file: string) {
  const [program = process.execPath, ...args] = [...prefix, process.execPath, VICTIM, file];
  const child = spawn(program, args, {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, ...environment },
    timeout: RUN_TIMEOUT_MS,
    killSignal: 'SIGTERM',
  });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-2_000);
  });
  const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
  return { code, signal, said };
}
