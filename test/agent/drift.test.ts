// The watch for drift: seen soon, told once, quiet while the agent works.
import assert from 'node:assert/strict';
import type { Timer } from '../../runtime/agent/options.ts';
import type { AgentEvent } from '../../runtime/model/events.ts';
import { applyDesign, type Bench, eventOf, openBench, sampleDesign, VM_A } from './sample.ts';

/** Time that passes when the test says so. */
function handTimer() {
  const waiting = new Set<() => void>();
  const timer: Timer = {
    after(_delayMs, work) {
      waiting.add(work);
      return () => waiting.delete(work);
    },
  };
  /** Lets everything that waits happen. */
  const pass = () => {
    const due = [...waiting];
    waiting.clear();
    for (const work of due) work();
  };
  return { timer, pass, waiting };
}

/** The spec of a stopped VM. */
const stopped = (file: { readonly spec: object }) => ({ ...file, spec: { ...file.spec, running: false } });

describe('drift', () => {
  let bench: Bench;
  beforeEach(async () => {
    bench = await openBench();
  });
  afterEach(() => bench.end());

  it('is told with the exact field, and told to be over after it was repaired', async () => {
    const agent = await bench.start();
    await applyDesign(agent, sampleDesign());
    const seen = eventOf(agent, 'drift');
    await bench.disturb(VM_A, stopped);
    const { steps, generation } = await seen;
    assert.equal(generation, 1);
    assert.deepEqual(
      steps.map(step => [step.id, ...step.changes.map(({ field, from, to }) => ({ field, from, to }))]),
      [[`update ${VM_A}`, { field: 'running', from: false, to: true }]],
    );
    const over = eventOf(agent, 'drift');
    const plan = await agent.plan(sampleDesign());
    assert.deepEqual(plan.steps, steps);
    assert.equal((await applyDesign(agent, sampleDesign())).outcome, 'applied');
    assert.deepEqual((await over).steps, []);
  });

  it('is told once, however often it is looked at', async () => {
    const { timer, pass, waiting } = handTimer();
    let looks = 0;
    const looked = new Set<() => void>();
    const agent = await bench.start({
      timer,
      seam({ operation, kind }) {
        if (operation !== 'observe' || kind !== 'vm') return;
        looks += 1;
        for (const tell of looked) tell();
      },
    });
    await applyDesign(agent, sampleDesign());
    const drifts: AgentEvent[] = [];
    agent.watch(event => event.type === 'drift' && drifts.push(event));
    await bench.disturb(VM_A, () => undefined);
    const first = eventOf(agent, 'drift');
    pass();
    await first;
    for (let round = 0; round < 3; round += 1) await anotherLook();
    assert.equal(drifts.length, 1);
    assert.ok(looks >= 4);

    /** Lets one more look happen, and waits until the next one is planned. */
    async function anotherLook(): Promise<void> {
      while (waiting.size === 0) await new Promise(resolve => setImmediate(resolve));
      const started = new Promise<void>(resolve => looked.add(resolve));
      pass();
      await started;
      while (waiting.size === 0) await new Promise(resolve => setImmediate(resolve));
    }
  });

  it('is not looked for before the first apply, nor while the agent works', async () => {
    const { timer, pass, waiting } = handTimer();
    let working = false;
    let looks = 0;
    const agent = await bench.start({
      timer,
      seam({ operation }) {
        if (operation === 'observe' && working) looks += 1;
        if (operation !== 'create') return;
        working = true;
        pass();
        assert.equal(waiting.size, 0);
        working = false;
      },
    });
    assert.equal(await agent.drift(), undefined);
    await applyDesign(agent, sampleDesign());
    assert.equal(looks, 0);
    assert.equal(waiting.size, 1);
  });

  it('raises one alarm while it cannot be looked for', async () => {
    const { timer, pass, waiting } = handTimer();
    let blind = false;
    const agent = await bench.start({
      timer,
      seam({ operation, kind }) {
        if (blind && operation === 'observe' && kind === 'vm') throw new Error('libvirtd is away');
      },
    });
    await applyDesign(agent, sampleDesign());
    blind = true;
    const alarms: AgentEvent[] = [];
    agent.watch(event => event.type === 'alarm' && alarms.push(event));
    const first = eventOf(agent, 'alarm');
    pass();
    assert.match((await first).message, /libvirtd is away/);
    for (let round = 0; round < 3; round += 1) {
      while (waiting.size === 0) await new Promise(resolve => setImmediate(resolve));
      pass();
    }
    while (waiting.size === 0) await new Promise(resolve => setImmediate(resolve));
    assert.equal(alarms.length, 1);
  });
});
