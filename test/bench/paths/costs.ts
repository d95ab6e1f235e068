// What frames cost on our paths, against the paths that others would take: in pairs, so that a noisy machine hurts both alike.
import { type Figure, summarize } from '../harness.ts';
import { bareBridgePath, bridgePath } from './bridge.ts';
import type { Cost, Path } from './path.ts';
import { dgramPath, netPath } from './relay.ts';
import { switchPath, tunnelPath } from './switch.ts';

const ROUNDS = 7;

/** Ours, theirs, and the CPU time of ours over theirs that must hold. */
const PAIRS = [
  ['switch', 'dgram', 0.1, 0.04],
  ['switch', 'net', 0.2, 0.06],
  ['switch', 'bridge', 0.1, 0.03],
  ['switch', 'bare', 0.15, 0.05],
  ['tunnel', 'dgram', 2, 1.2],
] as const;
type Id = (typeof PAIRS)[number][0 | 1];

export async function costFigures(note: (text: string) => void): Promise<readonly Figure[]> {
  const paths = new Map<Id, Path>();
  try {
    for (const open of [switchPath, tunnelPath, dgramPath, netPath, bridgePath, bareBridgePath]) {
      const path = await open();
      paths.set(path.id as Id, path);
    }
    for (const path of paths.values()) await path.carry(); // one run of each does not count
    const costs = new Map<Id, Cost[]>([...paths.keys()].map(id => [id, []]));
    const ratios = PAIRS.map((): number[] => []);
    for (let round = 0; round < ROUNDS; round += 1) {
      note(`frames over ${PAIRS.length} pairs of paths, round ${round + 1} of ${ROUNDS}`);
      for (const [index, [ours, theirs]] of PAIRS.entries()) {
        const order = round % 2 === 0 ? [ours, theirs] : [theirs, ours];
        const cpu = new Map<Id, number>();
        for (const id of order) {
          const cost = (await paths.get(id)?.carry()) as Cost;
          costs.get(id)?.push(cost);
          cpu.set(id, cpuUs(cost));
        }
        ratios[index]?.push((cpu.get(ours) ?? Number.NaN) / (cpu.get(theirs) ?? Number.NaN));
      }
    }
    return [
      ...[...paths.values()].flatMap(path => ownFigures(path, costs.get(path.id as Id) ?? [])),
      ...against(ratios),
    ];
  } finally {
    for (const path of paths.values()) await path.close();
  }
}

function cpuUs({ cpuMs, frames }: Cost): number {
  return (cpuMs * 1000) / frames;
}

function ownFigures({ id, what }: Path, costs: readonly Cost[]): readonly Figure[] {
  const rate = summarize(costs.map(({ frames, wallMs }) => frames / wallMs));
  return [
    {
      id: `${id}-rate`,
      what: `frames a second over ${what.replace(/;.*/s, '')}`,
      ...rate,
      unit: '1000/s',
      label: 'real',
    },
    {
      id: `${id}-cpu`,
      what: `CPU time of a frame: ${what}`,
      ...summarize(costs.map(cpuUs)),
      unit: 'µs',
      label: 'real',
    },
  ];
}

function against(ratios: readonly (readonly number[])[]): readonly Figure[] {
  return PAIRS.map(([ours, theirs, gate, extreme], index) => ({
    id: `${ours}-against-${theirs}`,
    what: `CPU time of a frame, ${ours} against ${theirs}`,
    ...{ ...summarize(ratios[index] ?? []), unit: 'ratio', label: 'real' },
    goal: { better: 'lower', gate, extreme },
  }));
}
