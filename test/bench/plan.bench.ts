// How the planner grows with the design: from nothing, and with everything already there.
import { NODE_TYPES } from '../../nodes/catalog.ts';
import { compile } from '../../runtime/compile/compile.ts';
import { factsOf } from '../../runtime/drivers/memory/facts.ts';
import { KINDS } from '../../runtime/model/address.ts';
import { designsByGateway, type GatewayDesign } from '../../runtime/model/design.ts';
import type { Observed, ObservedResource } from '../../runtime/model/observed.ts';
import { plan } from '../../runtime/plan/plan.ts';
import { drawing } from './drawing.ts';
import { type Bench, type Figure, pairedRatio, summarize, timeMs } from './harness.ts';

const SIZES = [10, 100, 1_000, 10_000];
const ROUNDS = 7;
const FACTS = KINDS.map(kind => factsOf(kind));
const LABEL = 'simulated';

/** The parts of all gateways: the planner sees one gateway at a time. */
function designsOf(nodes: number): readonly GatewayDesign[] {
  return [...designsByGateway(compile(drawing(nodes), NODE_TYPES).design).values()];
}

function observedOf(design: GatewayDesign, filled: boolean): Observed {
  const there = filled ? Object.values(design.resources) : [];
  const resources = there.map(({ address, kind, spec }): [string, ObservedResource] => [
    address,
    { address, kind, spec, generation: 1, status: {} },
  ]);
  return { gateway: design.gateway.name, generation: 1, atMs: 0, resources: Object.fromEntries(resources) };
}

type Work = () => void;

function planning(nodes: number, filled: boolean): Work {
  const inputs = designsOf(nodes).map(
    design => ({ design, observed: observedOf(design, filled), facts: FACTS, label: LABEL }) as const,
  );
  return () => {
    for (const input of inputs) {
      const { steps } = plan(input).plan;
      if (filled !== (steps.length === 0)) throw new Error(`the plan has ${steps.length} steps`);
    }
  };
}

async function absolute(nodes: number, filled: boolean): Promise<Figure> {
  const work = planning(nodes, filled);
  work();
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) times.push(await timeMs(work));
  const state = filled ? 'with everything there' : 'from nothing';
  return {
    id: `plan-${nodes}-${filled ? 'same' : 'new'}`,
    what: `plan ${nodes} nodes ${state}`,
    unit: 'ms',
    ...summarize(times),
  };
}

async function growth(): Promise<Figure> {
  const ratio = await pairedRatio(planning(10_000, false), planning(1_000, false), ROUNDS);
  return {
    id: 'plan-growth',
    what: '10,000 nodes against 1,000, from nothing',
    unit: 'ratio',
    ...ratio,
    goal: { better: 'lower', gate: 15, extreme: 11 },
  };
}

export const bench: Bench = {
  what: 'plan drawings of 10 to 10,000 nodes, from nothing and with everything there',
  label: 'real',
  async run(note) {
    const figures: Figure[] = [];
    for (const size of SIZES) {
      note(`${size} nodes`);
      for (const filled of [false, true]) figures.push(await absolute(size, filled));
    }
    return [...figures, await growth()];
  },
};
