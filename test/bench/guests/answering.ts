// How long it takes from Apply until the guests of robot-cell answer at their consoles, both gateways in this process.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createCables } from '../../../runtime/host/cables.ts';
import { localHost } from '../../../runtime/host/local.ts';
import { type Address, parseAddress } from '../../../runtime/model/address.ts';
import { openEmbeddedCell } from '../../lab/embedded-cell.ts';
import { embeddedSettings } from '../../lab/embedded-images.ts';
import { askGuest } from '../../lab/guest-shell.ts';
import { drawn, GATEWAYS } from '../../real/robot-cell-drawing.ts';
import { type Figure, summarize } from '../harness.ts';

const ROUNDS = 3;

interface Answers {
  readonly firstMs: number;
  readonly allMs: number;
  readonly guests: number;
}

/** Applies both gateways at once, onto nothing. @param snapshotDirectory  with the memory of a booted guest, or without */
async function apply(snapshotDirectory: string, imageDirectory: string): Promise<Answers> {
  const host = { ...localHost, cables: createCables() };
  const cell = await openEmbeddedCell(host, { imageDirectory, snapshotDirectory, hypervisor: 'v86' });
  const designs = drawn(undefined, 'embedded');
  try {
    const answers: Promise<number>[] = [];
    const startMs = performance.now();
    const answer = async (vm: Address<'vm'>, gateway: (typeof GATEWAYS)[number]) => {
      await askGuest(cell.agents[gateway], vm, 'true');
      return performance.now() - startMs;
    };
    const applied = GATEWAYS.map(gateway =>
      cell.apply(designs[gateway], event => {
        if (event.type === 'step-done' && parseAddress(event.address)?.kind === 'vm')
          answers.push(answer(event.address as Address<'vm'>, gateway));
      }),
    );
    await Promise.all(applied);
    const times = await Promise.all(answers);
    return { firstMs: Math.min(...times), allMs: Math.max(...times), guests: times.length };
  } finally {
    await cell.close();
  }
}

export async function answeringFigures(note: (text: string) => void): Promise<readonly Figure[]> {
  const { imageDirectory, snapshotDirectory } = await embeddedSettings();
  const warm = () => apply(snapshotDirectory, imageDirectory);
  const cold = async () => {
    const folder = await mkdtemp(join(tmpdir(), 'gw-cold-'));
    return apply(folder, imageDirectory).finally(() => rm(folder, { recursive: true }));
  };
  note('one Apply that does not count');
  await warm();
  const pairs: { readonly warm: Answers; readonly cold: Answers }[] = [];
  for (let round = 1; round <= ROUNDS; round += 1) {
    note(`Apply with a memory and without, round ${round} of ${ROUNDS}`);
    const colds = round % 2 === 0 ? await cold() : undefined;
    const warms = await warm();
    pairs.push({ warm: warms, cold: colds ?? (await cold()) });
  }
  const guests = pairs[0]?.warm.guests ?? 0;
  const of = (read: (pair: (typeof pairs)[number]) => number) => summarize(pairs.map(read));
  const applied = `from Apply on both gateways, with a memory of an earlier boot, to`;
  return [
    {
      ...{ id: 'first-guest', what: `${applied} the first of ${guests} guests that answers at its console` },
      ...{ ...of(pair => pair.warm.firstMs), unit: 'ms' },
    },
    {
      ...{ id: 'all-guests', what: `${applied} the last of ${guests} guests that answers at its console` },
      ...{ ...of(pair => pair.warm.allMs), unit: 'ms' },
    },
    {
      ...{
        id: 'per-guest',
        what: `the same for each of the ${guests} guests, which start at once; wanted: below 3000`,
      },
      ...{ ...of(pair => pair.warm.allMs / guests), unit: 'ms' },
    },
    {
      ...{
        id: 'warm-against-cold',
        what: `the last guest's answer with a memory of an earlier boot, against a first boot`,
      },
      ...{ ...of(pair => pair.warm.allMs / pair.cold.allMs), unit: 'ratio' },
      goal: { better: 'lower', gate: 0.4, extreme: 0.1 },
    },
  ];
}
