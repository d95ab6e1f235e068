// Waits for what an agent tells of drift by itself.
import assert from 'node:assert/strict';
import type { Agent } from '../../runtime/model/agent.ts';
import type { Step } from '../../runtime/model/plan.ts';

/** Does something behind an agent's back; resolves with what it then tells: step, field, from, to. */
export async function driftAfter(agent: Agent, harm: () => Promise<unknown>): Promise<readonly string[]> {
  const told = nextDrift(agent, steps => steps.length > 0);
  await harm();
  const steps = await told;
  const asked = await agent.drift();
  assert.deepEqual(asked?.steps, steps, 'who asks hears the same');
  return steps.flatMap(({ id, changes }) => changes.map(change => `${id}: ${wordsOf(change)}`));
}

/** Does something that brings everything back; resolves when the agent says that all fits again. */
export async function fitsAfter(agent: Agent, repair: () => Promise<unknown>): Promise<void> {
  const fits = nextDrift(agent, steps => steps.length === 0);
  await repair();
  await fits;
}

function nextDrift(agent: Agent, fits: (steps: readonly Step[]) => boolean): Promise<readonly Step[]> {
  return new Promise(resolve => {
    const stop = agent.watch(event => {
      if (event.type !== 'drift' || !fits(event.steps)) return;
      stop();
      resolve(event.steps);
    });
  });
}

function wordsOf({ field, from, to }: Step['changes'][number]): string {
  return `${field} from ${JSON.stringify(from)} to ${JSON.stringify(to)}`;
}
