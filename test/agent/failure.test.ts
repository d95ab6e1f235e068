// What an agent does when a step fails, hangs or is cancelled: it stops, or goes back, and says truly which.
import assert from 'node:assert/strict';
import type { SeamPoint } from '../../runtime/drivers/memory/handle.ts';
import type { AgentEvent } from '../../runtime/model/events.ts';
import {
  addressesIn,
  addressesOf,
  applyDesign,
  type Bench,
  emptySample,
  gate,
  openBench,
  sampleDesign,
  VM_A,
} from './sample.ts';

const boom = new Error('boom');

/** A seam that fails at one step for as long as `armed`. */
function failAt(step: string, at: SeamPoint['at']) {
  const fuse = { armed: true };
  const seam = (point: SeamPoint) => {
    if (fuse.armed && at === point.at && `${point.operation} ${point.address}` === step) throw boom;
  };
  return { fuse, seam };
}

describe('a step that fails', () => {
  let bench: Bench;
  beforeEach(async () => {
    bench = await openBench();
  });
  afterEach(() => bench.end());

  for (const address of addressesIn(sampleDesign()))
    for (const at of ['start', 'middle'] as const) {
      const step = `create ${address}`;

      it(`stops the apply: ${step}, at its ${at}; the next apply completes it`, async () => {
        const { fuse, seam } = failAt(step, at);
        const agent = await bench.start({ seam });
        const events: AgentEvent[] = [];
        const result = await applyDesign(agent, sampleDesign(), 'stop', event => events.push(event));
        assert.equal(result.outcome, 'failed');
        assert.equal(result.generation, 0);
        assert.match(result.message, new RegExp(`^${step} failed: boom; `));
        assert.equal(events.filter(event => event.type === 'step-failed').length, 1);
        assert.equal((await agent.info()).busy, 'idle');
        fuse.armed = false;
        assert.equal((await applyDesign(agent, sampleDesign())).outcome, 'applied');
        assert.deepEqual((await agent.plan(sampleDesign())).steps, []);
      });

      it(`goes back when asked to: ${step}, at its ${at}`, async () => {
        const { seam } = failAt(step, at);
        const agent = await bench.start({ seam });
        const result = await applyDesign(agent, sampleDesign(), 'rollback');
        assert.equal(result.outcome, 'rolled-back');
        assert.equal(result.generation, 0);
        assert.match(result.message, /boom.*nothing of ours is left/);
        assert.deepEqual(await addressesOf(agent), []);
      });
    }

  it('goes back to the generation before when an update fails', async () => {
    const { fuse, seam } = failAt(`update ${VM_A}`, 'middle');
    fuse.armed = false;
    const agent = await bench.start({ seam });
    await applyDesign(agent, sampleDesign());
    fuse.armed = true;
    const result = await applyDesign(agent, sampleDesign({ memoryMiB: 512 }), 'rollback', event => {
      if (event.type === 'step-failed') fuse.armed = false;
    });
    assert.deepEqual([result.outcome, result.generation], ['rolled-back', 1]);
    assert.match(result.message, /generation 1 is complete again/);
    assert.deepEqual((await agent.plan(sampleDesign())).steps, []);
  });

  it('says so when going back fails as well', async () => {
    const vmB = 'vm.cell-7/robot-b';
    let updatesOfB = 0;
    let mended = false;
    const agent = await bench.start({
      seam({ operation, at, address }) {
        if (operation !== 'update' || at !== 'start' || mended) return;
        if (address === vmB) updatesOfB += 1;
        // Forward, a fails while b is changed; back, b fails.
        if (address === VM_A || updatesOfB > 1) throw boom;
      },
    });
    await applyDesign(agent, sampleDesign());
    const result = await applyDesign(agent, sampleDesign({ memoryMiB: 512 }), 'rollback');
    assert.deepEqual([result.outcome, result.generation], ['failed', 1]);
    assert.match(result.message, /going back to generation 1 broke off: update vm\.cell-7\/robot-b failed: boom/);
    mended = true;
    const back = await agent.rollback(() => {});
    assert.deepEqual([back.outcome, back.generation], ['rolled-back', 1]);
    assert.deepEqual((await agent.plan(sampleDesign())).steps, []);
  });

  it('lets the steps that run at the same time end before it reports', async () => {
    const slow = gate();
    const ended: string[] = [];
    const agent = await bench.start({
      async seam({ operation, at, kind, address }) {
        if (operation !== 'create') return;
        if (kind === 'uplink' && at === 'start') throw boom;
        if (kind === 'segment' && at === 'middle') await slow.opened;
        if (at === 'middle') ended.push(String(address));
      },
    });
    const result = applyDesign(agent, sampleDesign(), 'stop', event => {
      if (event.type === 'step-failed') slow.open();
    });
    assert.equal((await result).outcome, 'failed');
    assert.deepEqual(ended.sort(), ['segment.cell-7/lan-a', 'segment.cell-7/lan-b']);
  });

  it('replaces what cannot be changed, and completes a replacement that failed half-way', async () => {
    const { fuse, seam } = failAt(`create ${VM_A}`, 'start');
    fuse.armed = false;
    const agent = await bench.start({ seam, memory: { facts: { vm: { mutable: {} } } } });
    await applyDesign(agent, sampleDesign());
    const changed = sampleDesign({ memoryMiB: 512 });
    assert.ok((await agent.plan(changed)).steps.every(step => step.action === 'replace'));
    fuse.armed = true;
    assert.equal((await applyDesign(agent, changed)).outcome, 'failed');
    fuse.armed = false;
    assert.equal((await applyDesign(agent, changed)).outcome, 'applied');
    assert.deepEqual((await agent.plan(changed)).steps, []);
  });
});

describe('a step that hangs', () => {
  let bench: Bench;
  beforeEach(async () => {
    bench = await openBench();
  });
  afterEach(() => bench.end());

  it('is told to stop when its time is over', async () => {
    const agent = await bench.start({
      limits: { stepMs: 20 },
      memory: { facts: { uplink: { seconds: { create: 0, update: 0, restart: 0, remove: 0 } } } },
      seam: ({ operation, kind, signal }) =>
        operation === 'create' && kind === 'uplink' && signal !== undefined
          ? new Promise<void>(resolve => signal.addEventListener('abort', () => resolve(), { once: true }))
          : undefined,
    });
    const failed: AgentEvent[] = [];
    const result = await applyDesign(agent, sampleDesign(), 'stop', event => {
      if (event.type === 'step-failed') failed.push(event);
    });
    assert.equal(result.outcome, 'failed');
    assert.match(result.message, /create uplink\.cell-7\/plant failed: memory gave no answer in 0\.02 s/);
    assert.ok(failed[0]?.type === 'step-failed' && failed[0].code === 'GW_STEP_TIMEOUT');
    await agent.close();
    // Another one, as 20 ms are too little for a step that does something.
    const patient = await bench.start();
    assert.equal((await applyDesign(patient, sampleDesign())).outcome, 'applied');
  });

  it('is given up when it does not listen', async () => {
    const never = gate();
    const agent = await bench.start({
      limits: { stepMs: 10, graceMs: 10 },
      memory: { facts: { uplink: { seconds: { create: 0, update: 0, restart: 0, remove: 0 } } } },
      seam: ({ operation, kind }) => (operation === 'create' && kind === 'uplink' ? never.opened : undefined),
    });
    const result = await applyDesign(agent, sampleDesign());
    assert.deepEqual([result.outcome, result.generation], ['failed', 0]);
    never.open();
  });

  it('does not block an observation for ever', async () => {
    const never = gate();
    const agent = await bench.start({
      limits: { observeMs: 10, graceMs: 10 },
      seam: ({ operation }) => (operation === 'observe' ? never.opened : undefined),
    });
    await assert.rejects(agent.observe(), { code: 'GW_HOST_TIMEOUT' });
    never.open();
  });
});

describe('cancelling', () => {
  let bench: Bench;
  beforeEach(async () => {
    bench = await openBench();
  });
  afterEach(() => bench.end());

  it('starts nothing more, and leaves what can be planned again', async () => {
    const stop = new AbortController();
    const agent = await bench.start({ limits: { parallel: 1 } });
    const events: AgentEvent[] = [];
    const listener = (event: AgentEvent) => {
      events.push(event);
      if (event.type === 'step-done' && event.done === 2) stop.abort();
    };
    const result = await applyDesign(agent, sampleDesign(), 'rollback', listener, stop.signal);
    assert.deepEqual([result.outcome, result.generation], ['cancelled', 0]);
    assert.match(result.message, /2 of 11 steps were done/);
    assert.equal(events.filter(event => event.type === 'step-started').length, 2);
    assert.equal((await agent.plan(sampleDesign())).steps.length, 9);
    assert.equal((await applyDesign(agent, sampleDesign())).outcome, 'applied');
  });

  it('reaches a step that is under way', async () => {
    const stop = new AbortController();
    const agent = await bench.start({
      seam: ({ operation, kind, signal }) =>
        operation === 'create' && kind === 'uplink' && signal !== undefined
          ? new Promise<void>(resolve => {
              signal.addEventListener('abort', () => resolve(), { once: true });
              stop.abort();
            })
          : undefined,
    });
    const result = await applyDesign(agent, sampleDesign(), 'stop', () => {}, stop.signal);
    assert.equal(result.outcome, 'cancelled');
  });

  it('by anybody else is the same', async () => {
    const agent = await bench.start({ limits: { parallel: 1 } });
    assert.equal(agent.cancel(), false);
    const result = await applyDesign(agent, sampleDesign(), 'stop', event => {
      if (event.type === 'step-done') agent.cancel();
    });
    assert.equal(result.outcome, 'cancelled');
  });

  it('before the start changes nothing', async () => {
    const agent = await bench.start();
    const result = await applyDesign(agent, sampleDesign(), 'stop', () => {}, AbortSignal.abort());
    assert.equal(result.outcome, 'cancelled');
    assert.deepEqual(await addressesOf(agent), []);
  });
});

describe('rolling back', () => {
  let bench: Bench;
  beforeEach(async () => {
    bench = await openBench();
  });
  afterEach(() => bench.end());

  it('goes back one generation at a time, down to nothing', async () => {
    const agent = await bench.start();
    const designs = [sampleDesign({ tenants: ['a'] }), sampleDesign(), sampleDesign({ memoryMiB: 512 })];
    for (const design of designs) await applyDesign(agent, design);
    for (const generation of [2, 1]) {
      const foretold = await agent.wayBack();
      assert.deepEqual(foretold.generation, { from: generation + 1, to: generation });
      const steps: string[] = [];
      const result = await agent.rollback(event => {
        if (event.type === 'step-done') steps.push(event.step);
      });
      assert.deepEqual([result.outcome, result.generation], ['rolled-back', generation]);
      assert.deepEqual(steps.sort(), foretold.steps.map(({ id }) => id).sort(), 'what was foretold, and nothing else');
      const design = designs[generation - 1] ?? emptySample();
      assert.deepEqual((await agent.plan(design)).steps, []);
      assert.deepEqual((await agent.drift())?.steps, []);
    }
    assert.equal((await agent.rollback(() => {})).generation, 0);
    assert.deepEqual(await addressesOf(agent), []);
    await assert.rejects(
      agent.rollback(() => {}),
      { code: 'GW_NO_EARLIER_GENERATION' },
    );
    await assert.rejects(agent.wayBack(), { code: 'GW_NO_EARLIER_GENERATION' });
  });

  it('after a failed apply restores the generation that was complete', async () => {
    const { fuse, seam } = failAt(`update ${VM_A}`, 'middle');
    fuse.armed = false;
    const agent = await bench.start({ seam });
    await applyDesign(agent, sampleDesign());
    fuse.armed = true;
    assert.equal((await applyDesign(agent, sampleDesign({ memoryMiB: 512 }))).outcome, 'failed');
    fuse.armed = false;
    const result = await agent.rollback(() => {});
    assert.deepEqual([result.outcome, result.generation], ['rolled-back', 1]);
    assert.deepEqual((await agent.plan(sampleDesign())).steps, []);
  });

  it('can be applied over again', async () => {
    const agent = await bench.start();
    await applyDesign(agent, sampleDesign());
    await agent.rollback(() => {});
    assert.deepEqual(await applyDesign(agent, sampleDesign()), {
      outcome: 'applied',
      generation: 1,
      message: 'generation 1 is complete',
    });
  });
});
