// Lanes against what there was before: wires of Node-RED, message ports between threads, and the garbage of both.
import { type Bench, type Figure, type Goal, pairedRatio, summarize, timeMs } from './harness.ts';
import { type Crossing, portCrossing, ringCrossing } from './lanes/between-threads.ts';
import { collectionsOfEach } from './lanes/collections.ts';
import { fusedLane, type Hop } from './lanes/fused-lane.ts';
import { wireChain } from './lanes/node-red-wires.ts';
import { respawns } from './lanes/respawn.ts';
import { tappedLane } from './lanes/tapped-lane.ts';

const ROUNDS = 15;
const CRASHES = 9;
/** Of each round; so many more frames run through the faster side that both take about as long. */
const SLOW_FRAMES = 4_096;
/** So many more run through the faster side to see how many it takes, and at most when it counts. */
const [FIRST_GUESS, MOST_TIMES] = [64, 1024];
const FRAMES_WATCHED = 10_000_000;
/** Until V8 has compiled everything, on a busy machine too: until then numbers are objects, and a collection of those is late. */
const FRAMES_BEFORE = 4_000_000;

const higher = (gate: number, extreme: number): Goal => ({ better: 'higher', gate, extreme });
const frameOf = (bytes: number) => new Uint8Array(bytes).fill(7);

/** How many times as long the slow way takes per frame. */
async function timesAsLong(
  fast: (frames: number) => unknown,
  slow: (frames: number) => unknown,
): Promise<Pick<Figure, 'value' | 'spread'>> {
  // Compiled and grown before it counts, both of them: a lane runs for months, and so does Node-RED.
  await fast(SLOW_FRAMES * 100);
  await slow(SLOW_FRAMES * 4);
  // WHY both as long: what interrupts the machine then hurts both alike.
  const guess = (await timeMs(() => slow(SLOW_FRAMES))) / (await timeMs(() => fast(SLOW_FRAMES * FIRST_GUESS)));
  const times = Math.min(Math.max(Math.round(guess * FIRST_GUESS), 1), MOST_TIMES);
  const ratio = await pairedRatio(
    () => slow(SLOW_FRAMES),
    () => fast(SLOW_FRAMES * times),
    ROUNDS,
  );
  return { value: ratio.value * times, spread: [ratio.spread[0] * times, ratio.spread[1] * times] };
}

async function againstWires(hops: readonly Hop[], bytes: number, goal: Goal | undefined): Promise<Figure> {
  const [lane, wires] = [fusedLane(hops, frameOf(bytes)), wireChain(hops.length, frameOf(bytes))];
  const all = await timesAsLong(
    frames => lane.run(frames),
    frames => wires.run(frames),
  );
  const [kind = 'pass'] = hops;
  const what = kind === 'pass' ? 'nodes that pass on and count' : 'nodes that filter by a byte';
  return {
    id: `wires-${hops.length}-${kind}-${bytes}`,
    what: `${hops.length} real wires of Node-RED take so many times as long as ${hops.length} ${what} in a lane, frames of ${bytes} bytes, copied in`,
    ...all,
    unit: 'ratio',
    ...(goal === undefined ? {} : { goal }),
  };
}

async function nanoseconds(hops: readonly Hop[], bytes: number): Promise<Figure> {
  const lane = fusedLane(hops, frameOf(bytes));
  const frames = 256_000;
  lane.run(frames);
  const values: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) values.push(((await timeMs(() => lane.run(frames))) * 1e6) / frames);
  const what = `one frame of ${bytes} bytes through ring and ${hops.length} nodes of a lane, copied in`;
  return { id: `lane-${hops.length}-${hops[0]}-${bytes}`, what, ...summarize(values), unit: 'ns' };
}

async function againstPort(bytes: number, way: 'copy' | 'transfer'): Promise<Figure> {
  const crossings: Crossing[] = [];
  try {
    const ring = await ringCrossing(frameOf(bytes));
    crossings.push(ring);
    const port = await portCrossing(frameOf(bytes), way);
    crossings.push(port);
    const all = await timesAsLong(
      frames => ring.send(frames),
      frames => port.send(frames),
    );
    return {
      id: `ring-${way}-${bytes}`,
      what: `a message port (${way}) takes so many times as long as a ring to another thread, frames of ${bytes} bytes`,
      ...all,
      unit: 'ratio',
      goal: higher(15, 40),
    };
  } finally {
    for (const crossing of crossings) await crossing.close();
  }
}

async function collections(): Promise<Figure> {
  const counted = await collectionsOfEach(chain(10, 'filter'), FRAMES_WATCHED, FRAMES_BEFORE);
  // The worst: that it is none as a rule would not do.
  const value = Math.max(...counted);
  return {
    id: 'collections',
    what: 'collections of garbage in the thread of an engine per 10 million frames, from a pretended device through 10 filters, the worst of several engines',
    value,
    spread: summarize(counted).spread,
    unit: 'collections',
    goal: { better: 'lower', gate: 0, extreme: 0 },
  };
}

async function tapCost(): Promise<Figure> {
  const hops = chain(10, 'pass');
  const [tapped, plain] = [tappedLane(hops, frameOf(64), 100), tappedLane(hops, frameOf(64), 0)];
  const frames = 512_000;
  const ratio = await pairedRatio(
    () => tapped.run(frames),
    () => plain.run(frames),
    ROUNDS,
  );
  return {
    id: 'tap',
    what: 'a lane of 10 nodes takes so many times as long with a tap that shows 1 frame in 100 to ordinary nodes, 64 bytes, memory alone and no socket',
    ...ratio,
    unit: 'ratio',
  };
}

async function crashes(): Promise<readonly Figure[]> {
  const { pauses, wrong } = await respawns(CRASHES);
  return [
    {
      id: 'respawn',
      what: 'frames stand still when the thread crashes, until they go on',
      ...summarize(pauses),
      unit: 'ms',
      goal: { better: 'lower', gate: 300, extreme: 30 },
    },
    {
      id: 'crash-wrong',
      what: `frames lost, or repeated beyond a burst a crash, over ${CRASHES} crashes`,
      ...summarize([wrong]),
      unit: 'frames',
      goal: { better: 'lower', gate: 0, extreme: 0 },
    },
  ];
}

const chain = (hops: number, hop: Hop) => Array<Hop>(hops).fill(hop);

export const bench: Bench = {
  what: 'fused lanes against wires of Node-RED, rings against message ports, cost of taps, garbage, crashes',
  label: 'real',
  async run(note) {
    const figures: Figure[] = [];
    note(`${ROUNDS} rounds of each pair, after one that does not count`);
    for (const bytes of [16, 64, 260]) figures.push(await againstWires(chain(10, 'pass'), bytes, higher(180, 600)));
    figures.push(await againstWires(chain(10, 'filter'), 64, undefined));
    figures.push(await againstWires(chain(3, 'pass'), 64, higher(100, 300)));
    figures.push(await againstWires(chain(3, 'pass'), 1500, higher(18, 60)));
    for (const hop of ['pass', 'filter'] as const) figures.push(await nanoseconds(chain(10, hop), 64));
    note('between threads');
    for (const bytes of [16, 64, 260])
      for (const way of ['copy', 'transfer'] as const) figures.push(await againstPort(bytes, way));
    note('taps, garbage, crashes');
    figures.push(await tapCost(), await collections(), ...(await crashes()));
    return figures;
  },
};
