// Runs inside the pretend box of the apply bench: applies by our engine and by hand in turn and prints the ratios.
//   node apply-in-box.ts JSON      prints an ApplyRatios as JSON
import { createAgent, type LocalAgent } from '../../runtime/agent/agent.ts';
import { DRIVER_SETS } from '../../runtime/drivers/catalog.ts';
import type { Host } from '../../runtime/host/host.ts';
import { localHost } from '../../runtime/host/local.ts';
import { emptyDesign, type GatewayDesign } from '../../runtime/model/design.ts';
import { isGatewrightError } from '../../runtime/model/errors.ts';
import type { AgentEvent } from '../../runtime/model/events.ts';
import { type Hand, type Operation, openHand, recordDomains, recorder } from './by-hand.ts';
import { type Figure, summarize, timeMs } from './harness.ts';

export interface BoxOrder {
  readonly design: GatewayDesign;
  readonly settings: Readonly<Record<string, string>>;
  readonly stateDirectory: string;
  readonly rounds: number;
}

type Summary = Pick<Figure, 'value' | 'spread'>;

/** Times by our engine over times by hand. */
export interface ApplyRatios {
  readonly operations: number;
  /** From the start of the first step to the end of the last one, one step at a time. */
  readonly steps: Summary;
  /** From the call to the answer, with the looks before and after, four steps at a time. */
  readonly whole: Summary;
}

async function measure(order: BoxOrder): Promise<ApplyRatios> {
  const hand = await openHand(localHost, String(order.settings.libvirtSocket));
  try {
    const operations = await record(order, hand);
    const steps = await inTurn(order, hand, operations, { parallel: 1, part: 'steps' });
    const whole = await inTurn(order, hand, operations, { parallel: 4, part: 'whole' });
    return { operations: operations.length, steps, whole };
  } finally {
    await hand.close();
  }
}

/** Applies once, one step at a time, and keeps what was changed. */
async function record(order: BoxOrder, hand: Hand): Promise<readonly Operation[]> {
  const { host, operations, begin } = recorder(localHost);
  const agent = await openAgent(order, host, { nft: 'command' }, 1);
  begin();
  await apply(agent, order.design);
  const kept = [...operations, ...(await recordDomains(hand))];
  if (kept.length < Object.keys(order.design.resources).length) throw new Error('too little was recorded');
  await takeAway(agent, order);
  await agent.close();
  return kept;
}

interface Course {
  readonly parallel: number;
  readonly part: 'steps' | 'whole';
}

/** Engine and hand alternate who is first; after each the agent takes everything away. One round does not count. */
async function inTurn(order: BoxOrder, hand: Hand, operations: readonly Operation[], course: Course): Promise<Summary> {
  const agent = await openAgent(order, localHost, {}, course.parallel);
  const ratios: number[] = [];
  const byHand = () =>
    timeMs(async () => {
      for (const operation of operations) await operation(hand);
    });
  const byEngine = () => engineMs(agent, order.design, course.part);
  for (let round = -1; round < order.rounds; round += 1) {
    const works = round % 2 === 0 ? [byEngine, byHand] : [byHand, byEngine];
    const times = new Map<() => Promise<number>, number>();
    for (const work of works) {
      times.set(work, await work());
      await takeAway(agent, order);
    }
    if (round >= 0) ratios.push((times.get(byEngine) ?? Number.NaN) / (times.get(byHand) ?? Number.NaN));
  }
  await agent.close();
  return summarize(ratios);
}

async function engineMs(agent: LocalAgent, design: GatewayDesign, part: Course['part']): Promise<number> {
  const { hash } = await agent.plan(design);
  const moments: number[] = [];
  const note = ({ type }: AgentEvent) => void (/^step-/.test(type) && moments.push(performance.now()));
  const whole = await timeMs(() => carryOut(agent, design, hash, note));
  return part === 'whole' ? whole : (moments.at(-1) ?? Number.NaN) - (moments[0] ?? Number.NaN);
}

async function apply(agent: LocalAgent, design: GatewayDesign): Promise<void> {
  await carryOut(agent, design, (await agent.plan(design)).hash, () => {});
}

/** @throws Error unless all was applied */
async function carryOut(agent: LocalAgent, design: GatewayDesign, planHash: string, note: (event: AgentEvent) => void) {
  const { outcome, message } = await agent.apply({ design, planHash, onFailure: 'stop' }, note);
  if (outcome !== 'applied') throw new Error(message);
}

/** What was made by hand may still be coming up while it is looked at; then the plan is made anew. */
async function takeAway(agent: LocalAgent, order: BoxOrder): Promise<void> {
  try {
    await apply(agent, emptyDesign(order.design.gateway));
  } catch (error) {
    if (!isGatewrightError(error) || error.code !== 'GW_PLAN_STALE') throw error;
    await takeAway(agent, order);
  }
}

async function openAgent(order: BoxOrder, host: Host, more: Readonly<Record<string, string>>, parallel: number) {
  const { design, stateDirectory } = order;
  const agent = await createAgent({
    gateway: design.gateway.name,
    backend: 'linux',
    driverSets: DRIVER_SETS,
    host,
    stateDirectory,
    settings: { ...order.settings, ...more },
    version: 'bench',
    limits: { parallel },
  });
  await agent.settled();
  return agent;
}

process.stdout.write(JSON.stringify(await measure(JSON.parse(process.argv[2] ?? '') as BoxOrder)));
