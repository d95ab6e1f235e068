// How long `npm start` takes to answer and what memory it holds, with and without Node-RED's core nodes.
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Bench, type Figure, summarize, timeMs } from './harness.ts';

const main = fileURLToPath(new URL('../../runtime/main.ts', import.meta.url));
const ROUNDS = 5;
const READY_TIMEOUT_MS = 120_000;

interface Sample {
  readonly readyMs: number;
  readonly memoryMiB: number;
}

function ready(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('npm start did not get ready')), READY_TIMEOUT_MS);
    child.once('exit', code => reject(new Error(`npm start ended with ${code}`)));
    child.stdout?.on('data', chunk => {
      if (!String(chunk).includes('Gatewright is ready')) return;
      clearTimeout(timer);
      resolve();
    });
  });
}

/** Resident memory of one process, from the kernel. */
function residentMiB(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1]) / 1024;
}

async function sample(coreNodes: string): Promise<Sample> {
  const home = mkdtempSync(join(tmpdir(), 'gatewright-bench-'));
  const child = spawn(process.execPath, [main, '--port', '0', '--home', home, '--core-nodes', coreNodes], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    const readyMs = await timeMs(() => ready(child));
    return { readyMs, memoryMiB: residentMiB(child.pid ?? 0) };
  } finally {
    child.removeAllListeners('exit');
    const gone = new Promise(resolve => child.once('exit', resolve));
    child.kill('SIGTERM');
    await gone;
    rmSync(home, { recursive: true, force: true });
  }
}

function figures(coreNodes: string, samples: readonly Sample[]): Figure[] {
  const suffix = coreNodes === 'all' ? 'with core nodes' : 'without core nodes';
  return [
    {
      id: `ready-${coreNodes}`,
      what: `process start to ready, ${suffix}`,
      unit: 'ms',
      ...summarize(samples.map(one => one.readyMs)),
    },
    {
      id: `memory-${coreNodes}`,
      what: `resident memory when ready, ${suffix}`,
      unit: 'MiB',
      ...summarize(samples.map(one => one.memoryMiB)),
    },
  ];
}

export const bench: Bench = {
  what: 'time to ready and memory of npm start, with and without core nodes',
  label: 'real',
  async run(note) {
    const [all, none]: [Sample[], Sample[]] = [[], []];
    for (let round = 0; round < ROUNDS; round += 1) {
      note(`round ${round + 1} of ${ROUNDS}`);
      all.push(await sample('all'));
      none.push(await sample('none'));
    }
    const ratio = summarize(none.map((one, round) => one.readyMs / (all[round]?.readyMs ?? Number.NaN)));
    return [
      ...figures('all', all),
      ...figures('none', none),
      {
        id: 'ready-ratio',
        what: 'time to ready without core nodes against with them',
        unit: 'ratio',
        ...ratio,
        goal: { better: 'lower', gate: 1, extreme: 0.6 },
      },
    ];
  },
};
