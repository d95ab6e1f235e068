// How the compiler grows with the drawing.
import { NODE_TYPES } from '../../nodes/catalog.ts';
import { compile } from '../../runtime/compile/compile.ts';
import { hasErrors } from '../../runtime/model/diagnostic.ts';
import { drawing } from './drawing.ts';
import { type Bench, type Figure, pairedRatio, summarize, timeMs } from './harness.ts';

const SIZES = [10, 100, 1_000, 10_000];
const ROUNDS = 7;

async function absolute(nodes: number): Promise<Figure> {
  const flow = drawing(nodes);
  const { diagnostics } = compile(flow, NODE_TYPES);
  if (hasErrors(diagnostics)) throw new Error(`the drawing of ${nodes} nodes is not sound: ${diagnostics[0]?.summary}`);
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) times.push(await timeMs(() => compile(flow, NODE_TYPES)));
  const figure = {
    id: `compile-${nodes}`,
    what: `compile and validate ${nodes} nodes`,
    unit: 'ms',
    ...summarize(times),
  };
  return nodes === 1_000 ? { ...figure, goal: { better: 'lower', gate: 100, extreme: 50 } } : figure;
}

async function growth(): Promise<Figure> {
  const [large, small] = [drawing(10_000), drawing(1_000)];
  // Ten times the small one, so that both sides take about as long and wait for the memory's housekeeping alike.
  const ratio = await pairedRatio(
    () => compile(large, NODE_TYPES),
    () => {
      for (let time = 0; time < 10; time += 1) compile(small, NODE_TYPES);
    },
    ROUNDS,
  );
  return {
    id: 'compile-growth',
    what: '10,000 nodes against 1,000',
    unit: 'ratio',
    value: 10 * ratio.value,
    spread: [10 * ratio.spread[0], 10 * ratio.spread[1]],
    goal: { better: 'lower', gate: 15, extreme: 11 },
  };
}

export const bench: Bench = {
  what: 'compile and validate drawings of 10 to 10,000 nodes; growth close to linear',
  label: 'real',
  async run(note) {
    const figures: Figure[] = [];
    for (const size of SIZES) {
      note(`${size} nodes`);
      figures.push(await absolute(size));
    }
    return [...figures, await growth()];
  },
};
