// CAN frames read into a lane with a firewall by the addon, against npm socketcan: what a frame costs of the processor. In a guest
// whose kernel has CAN, on an emulated processor, both in the same one.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildSocketCan } from '../../scripts/native/socketcan.ts';
import { buildNative } from '../../scripts/native.ts';
import { type Bench, summarize } from './harness.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
/** Lies beside the checkout; runs a command in a guest that sees our files. */
const GUEST = join(root, '..', 'shared', 'lab', 'can-guest.sh');
const SECONDS = 400;

const here = (name: string) => fileURLToPath(new URL(`./can/${name}`, import.meta.url));

export const bench: Bench = {
  what: 'CAN frames read into a lane with a firewall by the addon: what a frame costs of the processor, against npm socketcan',
  label: 'emulated',
  async run(note) {
    if (!existsSync(GUEST)) throw new Error(`the guest with CAN is not there; get ${GUEST}`);
    for (const built of [buildNative(), buildSocketCan()]) if ('why' in built) throw new Error(built.why);
    const folder = mkdtempSync(join(tmpdir(), 'gw-can-bench-'));
    try {
      note('a guest boots, and both readers are warmed up');
      const rounds = inGuest(folder);
      return [
        {
          id: 'frame',
          what: 'processor time of one CAN frame that waits in the kernel, from its interface through a lane with a firewall of eight rules, on an emulated processor',
          ...summarize(rounds.map(({ lane }) => lane.reader)),
          unit: 'µs',
        },
        {
          id: 'npm-socketcan',
          what: 'npm socketcan, without a firewall, takes so many times the processor of the lane to read a frame that waits in the kernel',
          ...summarize(rounds.map(({ lane, npm }) => npm.reader / lane.reader)),
          unit: 'ratio',
          goal: { better: 'higher', gate: 8, extreme: 15 },
        },
        {
          id: 'sender',
          what: 'sending a frame to an interface that the lane reads, which copies it into the memory of the lane, takes so many times the processor of sending it to one that npm socketcan reads, which queues it',
          ...summarize(rounds.map(({ lane, npm }) => lane.sender / npm.sender)),
          unit: 'ratio',
        },
      ];
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

interface Cost {
  readonly reader: number;
  readonly sender: number;
}

interface Round {
  readonly lane: Cost;
  readonly npm: Cost;
}

/** Microseconds of the processor a frame, of each round. */
function inGuest(folder: string): readonly Round[] {
  const load = join(folder, 'load');
  execFileSync('gcc', ['-O2', '-Wall', '-o', load, here('load.c')]);
  const seen = ['-d', folder, '-r', root, '-r', dirname(dirname(process.execPath))];
  const command = [process.execPath, here('in-guest.ts'), '/mnt/dir/load'];
  const options = ['-m', '1536', '-t', `${SECONDS}`];
  const said = execFileSync('bash', [GUEST, ...options, ...seen, '--', ...command], { encoding: 'utf8' });
  return said
    .trim()
    .split('\n')
    .map(line => JSON.parse(line) as Round);
}
