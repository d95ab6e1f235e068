// How long it takes to know a box: a probe of this one and of a larger one that is made up, and the lint of a large model.
import { readFileSync } from 'node:fs';
import { lintProfile } from '../../runtime/hardware/lint.ts';
import { probe } from '../../runtime/hardware/probe.ts';
import { probeThisBox } from '../../runtime/hardware/probe-box.ts';
import { createFakeHost } from '../../runtime/host/fake.ts';
import { localHost } from '../../runtime/host/local.ts';
import { port, profileOf } from '../hardware/profiles.ts';
import { type Bench, type Figure, summarize, timeMs } from './harness.ts';

const ROUNDS = 21;
const ROWS = 500;
const DUMP = new URL('../hardware/dumps/cabinet-pc.json', import.meta.url);

async function figure(id: string, what: string, work: () => unknown, rest: Partial<Figure>): Promise<Figure> {
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) times.push(await timeMs(work));
  return { id, what, unit: 'ms', ...summarize(times), ...rest };
}

/** Rows of which every tenth shares its interrupt with the one before. */
function largeModel() {
  const rows = Array.from({ length: ROWS }, (_, index) =>
    port(`COM${index}`, {
      kind: 'serial',
      lineType: 'rs485',
      address: { device: `/dev/ttyS${index}`, irq: index - (index % 10 === 9 ? 1 : 0) },
    }),
  );
  return profileOf(rows);
}

export const bench: Bench = {
  what: 'a probe of this host and of a made-up one, and the lint of a model with 500 rows',
  label: 'real',
  async run(note) {
    note('probe');
    const goal = { better: 'lower', gate: 1_000, extreme: 100 } as const;
    const here = await figure(
      'probe-here',
      'the whole profile of this host, with names and libvirt',
      () => probeThisBox(localHost),
      { goal },
    );
    const host = createFakeHost({ files: JSON.parse(readFileSync(DUMP, 'utf8')) as Record<string, string> });
    const dump = await figure('probe-dump', 'that of a made-up box, from memory', () => probe(host), {
      label: 'simulated',
    });
    note('lint');
    const model = largeModel();
    const lint = () => {
      const found = lintProfile(model).length;
      if (found !== ROWS / 10) throw new Error(`the lint found ${found} faults where ${ROWS / 10} are`);
    };
    return [
      here,
      dump,
      await figure('lint', `the lint of ${ROWS} rows with ${ROWS / 10} faults`, lint, { label: 'simulated' }),
    ];
  },
};
