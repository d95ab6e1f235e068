// Ethernet frames between two devices: by a segment of ours in the kernel with a firewall, against a bridge of the system without one.
// Needs root, and Linux 6.6.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildNative } from '../../scripts/native.ts';
import { type Bench, summarize } from './harness.ts';
import { openWays } from './kernel/ways.ts';

const ROUNDS = 15;
const FRAMES = 100_000;

export const bench: Bench = {
  what: 'Ethernet frames between two devices by a segment in the kernel with a firewall, against a bridge of the system (needs root)',
  label: 'real',
  async run(note) {
    const built = buildNative();
    if ('why' in built) throw new Error(built.why);
    const folder = mkdtempSync(join(tmpdir(), 'gw-kernel-'));
    const ends = join(folder, 'ends');
    try {
      execFileSync('gcc', ['-O2', '-Wall', '-o', ends, fileURLToPath(new URL('./kernel/ends.c', import.meta.url))]);
      const ways = await openWays(ends);
      try {
        const [own, ratios]: [number[], number[]] = [[], []];
        for (let round = -1; round < ROUNDS; round += 1) {
          const [first, second] = round % 2 === 0 ? [ways.segment, ways.bridge] : [ways.bridge, ways.segment];
          const [one, other] = [await first.cost(FRAMES), await second.cost(FRAMES)];
          const [mine, its] = round % 2 === 0 ? [one, other] : [other, one];
          note(`round ${round + 1}: ${mine.toFixed(2)} µs a frame, the bridge ${its.toFixed(2)}`);
          // The first one does not count.
          if (round < 0) continue;
          own.push(mine);
          ratios.push(mine / its);
        }
        const frame =
          'one Ethernet frame of 64 bytes from a station over a segment in the kernel with a firewall of eight rules';
        return [
          {
            id: 'frame',
            what: `processor time of ${frame} to another, both stations included`,
            ...summarize(own),
            unit: 'µs',
          },
          {
            id: 'bridge',
            what: `processor time of ${frame} over that by a bridge of the system without any rule, both stations included`,
            ...summarize(ratios),
            unit: 'ratio',
            goal: { better: 'lower', gate: 0.9, extreme: 0.6 },
          },
        ];
      } finally {
        await ways.close();
      }
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};
