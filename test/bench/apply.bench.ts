// What our engine adds to an apply: robot-cell's cell-7 with its VMs on a real kernel and libvirtd, against the same changes
// made by hand. Guests are emulated; they are started, not awaited.
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { GatewayDesign } from '../../runtime/model/design.ts';
import { robotCell } from '../faults/drawn.ts';
import { openLinuxSite } from '../faults/linux-site.ts';
import type { Machine } from '../lab/netns.ts';
import type { ApplyRatios, BoxOrder } from './apply-in-box.ts';
import type { Bench, Figure } from './harness.ts';

const IN_BOX = fileURLToPath(new URL('apply-in-box.ts', import.meta.url));
const ROUNDS = 9;
const execute = promisify(execFile);

async function run(note: (text: string) => void): Promise<readonly Figure[]> {
  const drawn = robotCell();
  const design: GatewayDesign = { ...drawn, gateway: { ...drawn.gateway, backend: 'linux' } };
  const site = await openLinuxSite(design);
  // Short, because the sockets of consoles lie in it.
  const stateDirectory = await mkdtemp(join(tmpdir(), 'gwb-'));
  try {
    note(`two comparisons of ${ROUNDS} rounds, after one that does not count`);
    const { settings } = site;
    const ratios = await measureInBox(site.machine, { design, settings, stateDirectory, rounds: ROUNDS });
    return figures(Object.keys(design.resources).length, ratios);
  } finally {
    await site.close();
    await rm(stateDirectory, { recursive: true, force: true });
  }
}

/** In a process inside the box, as an agent is. */
async function measureInBox({ prefix, mark }: Machine, order: BoxOrder): Promise<ApplyRatios> {
  const [program, ...args] = [...prefix, process.execPath, IN_BOX, JSON.stringify(order)];
  const { stdout } = await execute(program, args, { env: { ...process.env, ...mark } });
  return JSON.parse(stdout) as ApplyRatios;
}

function figures(steps: number, { operations, ...ratios }: ApplyRatios): readonly Figure[] {
  const hand = `the ${operations} operations they need done by hand, one after the other`;
  return [
    {
      id: 'steps',
      what: `the ${steps} steps of robot-cell with two VMs by our engine, one at a time, against ${hand}`,
      ...ratios.steps,
      unit: 'ratio',
      goal: { better: 'lower', gate: 1.2, extreme: 1.05 },
    },
    {
      id: 'whole',
      what: `a whole apply by our engine as it is used, with its looks before and after and four steps at a time, against ${hand}`,
      ...ratios.whole,
      unit: 'ratio',
      goal: { better: 'lower', gate: 1.2, extreme: 1.05 },
    },
  ];
}

export const bench: Bench = {
  what: 'an apply by our engine, against the same operations by hand (needs root and libvirt)',
  label: 'emulated',
  run,
};
