// Datagrams through a lane with a firewall, by the addon, against what else relays them: what a frame costs of the processor,
// everything included that the process does.
import { fileURLToPath } from 'node:url';
import { buildNative } from '../../scripts/native.ts';
import { type Cost, type Relay, relays } from './burst/relays.ts';
import { type Bench, type Figure, type Goal, summarize } from './harness.ts';

const ROUNDS = 9;
/** Of each round; fewer for those that are slow, so that all take about as long. */
const FAST = 160_000;
const SLOW = 24_000;
/** Of each round, one by one: enough that ten are the rarest in a thousand. */
const ALONE = 10_000;
/** While collections of garbage are counted. */
const WATCHED = 5_000_000;
/** More than this lost would make the figures those of something else. */
const MOST_LOST = 0.01;

const script = (name: string): [string, string] => [
  process.execPath,
  fileURLToPath(new URL(`./burst/${name}.ts`, import.meta.url)),
];
const higher = (gate: number, extreme: number): Goal => ({ better: 'higher', gate, extreme });

interface Rival {
  readonly id: string;
  readonly what: string;
  readonly frames: number;
  readonly command: (own: number, next: number, cRelay: string) => readonly string[];
  readonly goal?: Goal;
}

/** Without a filter, all of them. */
const RIVALS: readonly Rival[] = [
  {
    id: 'dgram',
    what: 'a relay by node:dgram',
    frames: SLOW,
    command: (own, next) => [...script('dgram-relay'), `${own}`, `${next}`],
    goal: higher(7, 12),
  },
  {
    id: 'socat',
    what: 'socat',
    frames: SLOW,
    // It says nothing when it is ready, so somebody else does.
    command: (own, next) => [
      ...['sh', '-c', 'echo ready; exec socat -u "$0" "$1"'],
      ...[`UDP4-RECV:${own},bind=127.0.0.1`, `UDP4-SENDTO:127.0.0.1:${next}`],
    ],
    goal: higher(11, 20),
  },
  {
    id: 'one-by-one',
    what: 'a relay in C by recv and send',
    frames: FAST / 2,
    command: (own, next, cRelay) => [cRelay, `${own}`, `${next}`, '1'],
    goal: higher(2.5, 4),
  },
  {
    id: 'ffi',
    what: 'the same lane without the addon, by calls of the C library,',
    frames: FAST / 2,
    command: (own, next) => [...script('lane-relay'), `${own}`, `${next}`, 'ffi'],
  },
  {
    id: 'typescript',
    what: 'the same lane in TypeScript alone',
    frames: SLOW,
    command: (own, next) => [...script('lane-relay'), `${own}`, `${next}`, 'typescript'],
  },
];

async function cost(relay: Relay, frames: number, how: 'together' | 'alone' = 'together'): Promise<Cost> {
  const cost = await relay.cost(frames, how);
  if (cost.lost > MOST_LOST) throw new Error(`${(cost.lost * 100).toFixed(1)} % of the frames were lost`);
  return cost;
}

async function micros(relay: Relay, frames: number, how?: 'together' | 'alone'): Promise<number> {
  return (await cost(relay, frames, how)).micros;
}

export const bench: Bench = {
  what: 'datagrams through a lane with a firewall by the addon: what a frame costs of the processor, against other relays',
  label: 'real',
  async run(note) {
    const built = buildNative();
    if ('why' in built) throw new Error(built.why);
    const started = relays();
    try {
      const cRelay = started.program('relay');
      const [node, ...lanes] = script('lane-relay');
      const lane = await started.start((own, next) => [node, '--trace-gc', ...lanes, `${own}`, `${next}`, 'fastest']);
      const batched = await started.start((own, next) => [cRelay, `${own}`, `${next}`, '64']);
      const rivals: Relay[] = [];
      for (const { command } of RIVALS) rivals.push(await started.start((own, next) => command(own, next, cRelay)));
      return [
        ...(await measure(lane, batched, rivals, note)),
        await fallback(rivals, 'ffi', {
          id: 'fallback',
          what: 'without the addon, by calls of the C library,',
          goal: higher(1, 1.2),
        }),
        await fallback(rivals, 'typescript', { id: 'fallback-typescript', what: 'in TypeScript alone' }),
        ...(await delays(lane, batched)),
        await collections(lane),
      ];
    } finally {
      await started.close();
    }
  },
};

/** All run on; each round asks each in turn, so that a noisy machine hurts all alike. */
async function measure(
  lane: Relay,
  batched: Relay,
  rivals: readonly Relay[],
  note: (text: string) => void,
): Promise<readonly Figure[]> {
  // Compiled before it counts: a lane runs for months.
  for (const [relay, frames] of [
    [lane, 4 * FAST],
    [batched, FAST],
    ...rivals.map(each => [each, SLOW] as const),
  ] as const)
    await micros(relay, frames);
  const own: number[] = [];
  const overC: number[] = [];
  const overLane = RIVALS.map((): number[] => []);
  const alone: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const [first, second] = round % 2 === 0 ? [lane, batched] : [batched, lane];
    const [one, other] = [await micros(first, FAST), await micros(second, FAST)];
    const [mine, its] = round % 2 === 0 ? [one, other] : [other, one];
    own.push(mine);
    overC.push(mine / its);
    for (const [index, rival] of rivals.entries())
      overLane[index]?.push((await micros(rival, RIVALS[index]?.frames ?? SLOW)) / mine);
    const [laneAlone, dgramAlone] = [
      await micros(lane, SLOW, 'alone'),
      await micros(rivals[0] as Relay, SLOW, 'alone'),
    ];
    alone.push(dgramAlone / laneAlone);
    note(`round ${round + 1}: ${mine.toFixed(2)} µs a frame, ${(mine / its).toFixed(2)} of the relay in C`);
  }
  return [
    {
      id: 'frame',
      what: 'processor time of one frame of 16 bytes through a lane with a firewall of eight rules, two UDP sockets included',
      ...summarize(own),
      unit: 'µs',
    },
    {
      id: 'c-relay',
      what: 'the lane takes so many times the processor of the least relay in C by recvmmsg and sendmmsg, which has no filter',
      ...summarize(overC),
      unit: 'ratio',
      goal: { better: 'lower', gate: 1.25, extreme: 1.05 },
    },
    ...RIVALS.map(({ id, what, goal }, index) => ({
      id,
      what: `${what} takes so many times the processor of the lane`,
      ...summarize(overLane[index] ?? []),
      unit: 'ratio',
      ...(goal === undefined ? {} : { goal }),
    })),
    {
      id: 'dgram-alone',
      what: `${RIVALS[0]?.what} takes so many times the processor of the lane when each frame comes for itself and no faster than one processor sends them, so that the lane waits again and again`,
      ...summarize(alone),
      unit: 'ratio',
    },
  ];
}

/** Where there is no addon: frames a second, for the processor that a frame costs tells nothing of waiting. */
async function fallback(
  rivals: readonly Relay[],
  way: 'ffi' | 'typescript',
  { what, ...figure }: Pick<Figure, 'id' | 'what' | 'goal'>,
): Promise<Figure> {
  const [lane, dgram] = [way, 'dgram'].map(id => {
    const index = RIVALS.findIndex(rival => rival.id === id);
    const { frames = SLOW } = RIVALS[index] ?? {};
    return async () => (await cost(rivals[index] as Relay, frames)).rate;
  }) as [() => Promise<number>, () => Promise<number>];
  const ratios: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const [first, second] = round % 2 === 0 ? [lane, dgram] : [dgram, lane];
    const [one, other] = [await first(), await second()];
    ratios.push(round % 2 === 0 ? one / other : other / one);
  }
  return {
    ...figure,
    what: `frames a second through the lane ${what} over those through a relay by node:dgram, which has no filter`,
    ...summarize(ratios),
    unit: 'ratio',
  };
}

async function collections(lane: Relay): Promise<Figure> {
  const before = lane.collections();
  await micros(lane, WATCHED);
  const value = lane.collections() - before;
  return {
    ...{ id: 'collections', what: `collections of garbage in the process while ${WATCHED} frames go through the lane` },
    ...{ value, spread: [value, value], unit: 'times' },
  };
}

/** Frames that come alone, as those of a field line do: nothing is gained by bursts. */
async function delays(lane: Relay, batched: Relay): Promise<readonly Figure[]> {
  const [own, half, most]: [number[], number[], number[]] = [[], [], []];
  for (let round = 0; round < ROUNDS; round += 1) {
    const [first, second] = round % 2 === 0 ? [lane, batched] : [batched, lane];
    const [one, other] = [await first.delay(ALONE), await second.delay(ALONE)];
    const [mine, its] = round % 2 === 0 ? [one, other] : [other, one];
    own.push(mine.half);
    half.push(mine.half / its.half);
    most.push(mine.most / its.most);
  }
  const subject = 'of frames that come alone, 2000 a second, through the lane';
  return [
    { id: 'delay', what: `time ${subject}, half of them at most`, ...summarize(own), unit: 'µs' },
    {
      id: 'delay-half',
      what: `time ${subject} over that through the relay in C, half of them at most`,
      ...summarize(half),
      unit: 'ratio',
      goal: { better: 'lower', gate: 1.3, extreme: 1.05 },
    },
    {
      id: 'delay-most',
      what: `time ${subject} over that through the relay in C, 999 in 1000 at most`,
      ...summarize(most),
      unit: 'ratio',
      goal: { better: 'lower', gate: 2, extreme: 1.2 },
    },
  ];
}
