// One run of a real agent: apply, roll back, or just start; optionally with a kill at one write of its journal. Runs in the
// process of the test or in one of its own (victim.ts), the same code either way.
import { createAgent, type LocalAgent } from '../../runtime/agent/agent.ts';
import type { Journal } from '../../runtime/agent/journal.ts';
import { openJournal } from '../../runtime/agent/journal-sqlite.ts';
import type { AgentOptions } from '../../runtime/agent/options.ts';
import { DRIVER_SETS } from '../../runtime/drivers/catalog.ts';
import { localHost } from '../../runtime/host/local.ts';
import type { ApplyResult } from '../../runtime/model/agent.ts';
import type { GatewayDesign } from '../../runtime/model/design.ts';
import type { BackendLabel } from '../../runtime/model/gateway.ts';
import { failingMemory, failingReal } from './failing.ts';

export interface KillPoint {
  readonly when: 'before' | 'after';
  /** Number of the journal write, from 1. */
  readonly write: number;
}

export interface Job {
  /** `start`: only start, and let it recover. */
  readonly action: 'apply' | 'rollback' | 'start';
  readonly stateDirectory: string;
  /** To apply; after a start: what is planned against what is there. */
  readonly design: GatewayDesign;
  readonly onFailure?: 'stop' | 'rollback';
  readonly kill?: KillPoint;
  /** The step at which the back end fails, `create vm.cell-7/a7`. */
  readonly failAt?: string;
  /** Steps at the same time; default the agent's. 1 where the number of writes must not hang on what else is under way. */
  readonly parallel?: number;
  /** Settings of the drivers, for example `libvirtSocket`. */
  readonly settings: Readonly<Record<string, string>>;
}

export interface Verdict {
  readonly generation: number;
  readonly outcome: ApplyResult['outcome'] | 'started';
  /** Steps that a plan of the job's design still has. */
  readonly left: readonly string[];
  /** Writes to the journal in this run. */
  readonly writes: number;
  /** How real the back end is. */
  readonly label: BackendLabel;
  /** What the agent told of steps that failed and of alarms. */
  readonly troubles: readonly string[];
}

/** Runs a job to its end, or to the kill. */
export async function runJob(job: Job): Promise<Verdict> {
  const count = { writes: 0 };
  const agent = await createAgent({ ...agentOptions(job), openJournal: countingJournal(count, job.kill) });
  try {
    await agent.settled();
    const outcome = await act(agent, job);
    const { generation, label } = await agent.info();
    const { steps } = await agent.plan(job.design);
    const left = steps.map(step => step.id);
    return { generation, outcome, left, writes: count.writes, label, troubles: troublesOf(agent) };
  } finally {
    await agent.close();
  }
}

function troublesOf(agent: LocalAgent): readonly string[] {
  return agent
    .eventsSince(0)
    .flatMap(event => (event.type === 'step-failed' || event.type === 'alarm' ? [event.message] : []));
}

async function act(agent: LocalAgent, { action, design, onFailure = 'stop' }: Job): Promise<Verdict['outcome']> {
  if (action === 'start') return 'started';
  if (action === 'rollback') return (await agent.rollback(() => {})).outcome;
  const { hash } = await agent.plan(design);
  return (await agent.apply({ design, planHash: hash, onFailure }, () => {})).outcome;
}

function agentOptions({ design, stateDirectory, settings, failAt, parallel }: Job): AgentOptions {
  const { name: gateway, backend } = design.gateway;
  const real = DRIVER_SETS.filter(set => set.backend === backend).map(set => failingReal(set, failAt));
  const driverSets = backend === 'simulated' ? [failingMemory(failAt)] : real;
  const limits = parallel === undefined ? {} : { parallel };
  return { gateway, backend, driverSets, host: localHost, stateDirectory, settings, limits, version: 'test' };
}

/** A journal that kills its own process, as nothing else can be seen from outside in time. */
function countingJournal(
  count: { writes: number },
  kill: KillPoint | undefined,
): NonNullable<AgentOptions['openJournal']> {
  return (path, gateway): Journal => {
    const journal = openJournal(path, gateway);
    return {
      ...journal,
      write(change) {
        count.writes += 1;
        const here = kill?.write === count.writes;
        if (here && kill.when === 'before') process.kill(process.pid, 'SIGKILL');
        journal.write(change);
        if (here && kill.when === 'after') process.kill(process.pid, 'SIGKILL');
      },
    };
  };
}
