// What an agent does with a plan, over the simulated back end.
import assert from 'node:assert/strict';
import { createMemory } from '../../runtime/drivers/memory/driver.ts';
import type { AnyDriver, DriverSet } from '../../runtime/host/driver-set.ts';
import type { Host } from '../../runtime/host/host.ts';
import type { GatewayDesign } from '../../runtime/model/design.ts';
import type { DriverWorld, StepContext } from '../../runtime/model/driver.ts';
import type { AgentEvent } from '../../runtime/model/events.ts';
import type { Resource } from '../../runtime/model/resource.ts';
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

describe('applying', () => {
  let bench: Bench;
  beforeEach(async () => {
    bench = await openBench();
  });
  afterEach(() => bench.end());

  it('makes everything that is drawn, and plans nothing after that', async () => {
    const agent = await bench.start();
    const result = await applyDesign(agent, sampleDesign());
    assert.deepEqual(result, { outcome: 'applied', generation: 1, message: 'generation 1 is complete' });
    assert.deepEqual(await addressesOf(agent), addressesIn(sampleDesign()));
    assert.deepEqual((await agent.plan(sampleDesign())).steps, []);
    assert.deepEqual((await agent.drift())?.steps, []);
    assert.equal((await agent.info()).generation, 1);
  });

  it('tells how far long work within a step is, now and then and within bounds', async () => {
    let ms = 0;
    const agent = await bench.start({ now: () => ms, driverSets: [talkative(() => (ms += 100))] });
    const told: AgentEvent[] = [];
    await applyDesign(agent, sampleDesign(), 'stop', event => told.push(event));
    const progress = told.filter(event => event.type === 'step-progress' && event.address === VM_A);
    assert.deepEqual(
      progress.map(event => event.type === 'step-progress' && [event.what, event.fraction]),
      [
        ['counts', 0],
        ['counts', 0.5],
        ['counts', 1],
      ],
      'one of five, and never beyond all of it',
    );
  });

  it('changes only what differs, and removes what is no longer drawn', async () => {
    const agent = await bench.start();
    await applyDesign(agent, sampleDesign());
    const edited = await agent.plan(sampleDesign({ ports: ['502', '503'] }));
    assert.deepEqual(
      edited.steps.map(step => step.id),
      ['update policy.cell-7/a', 'update policy.cell-7/b'],
    );
    const smaller = sampleDesign({ tenants: ['b'] });
    assert.equal((await applyDesign(agent, smaller)).generation, 2);
    assert.deepEqual(await addressesOf(agent), addressesIn(smaller));
    assert.equal((await applyDesign(agent, emptySample())).generation, 3);
    assert.deepEqual(await addressesOf(agent), []);
  });

  it('tells every step to the asker and to every watcher, in an order that respects the needs', async () => {
    const agent = await bench.start();
    const asked: AgentEvent[] = [];
    const watched: AgentEvent[] = [];
    const stop = agent.watch(event => watched.push(event));
    const plan = await agent.plan(sampleDesign());
    await applyDesign(agent, sampleDesign(), 'stop', event => asked.push(event));
    stop();
    assert.deepEqual(asked, watched);
    assert.equal(asked[0]?.type, 'apply-started');
    assert.equal(asked.at(-1)?.type, 'apply-ended');
    const told = asked.flatMap(event => ('step' in event ? [`${event.type} ${event.step}`] : []));
    for (const step of plan.steps)
      for (const need of step.needs)
        assert.ok(
          told.indexOf(`step-done ${need}`) < told.indexOf(`step-started ${step.id}`),
          `${need} before ${step.id}`,
        );
  });

  it('runs steps at the same time where the plan allows, at most four', async () => {
    let now = 0;
    let most = 0;
    const full = gate();
    const agent = await bench.start({
      limits: { parallel: 4 },
      async seam({ operation, at }) {
        if (operation !== 'create' || at !== 'start') return;
        now += 1;
        most = Math.max(most, now);
        // The sample starts with three steps that need nothing.
        if (now === 3) full.open();
        await full.opened;
        now -= 1;
      },
    });
    assert.equal((await applyDesign(agent, sampleDesign())).outcome, 'applied');
    assert.ok(most >= 3 && most <= 4, `${most} at once`);
  });

  it('keeps the bound on steps at the same time', async () => {
    let now = 0;
    let most = 0;
    const agent = await bench.start({
      limits: { parallel: 1 },
      async seam({ operation, at }) {
        if (operation !== 'create') return;
        now += at === 'start' ? 1 : -1;
        most = Math.max(most, now);
      },
    });
    await applyDesign(agent, sampleDesign());
    assert.equal(most, 1);
  });

  it('records nothing when nothing is to be done', async () => {
    const agent = await bench.start();
    await applyDesign(agent, sampleDesign());
    const again = await applyDesign(agent, sampleDesign());
    assert.deepEqual(again, { outcome: 'applied', generation: 1, message: 'nothing to do, everything runs as drawn' });
  });

  it('refuses a stale plan and says what changed since', async () => {
    const agent = await bench.start();
    const design = sampleDesign();
    const first = await agent.plan(design);
    await applyDesign(agent, sampleDesign({ tenants: ['a'] }));
    await assert.rejects(
      agent.apply({ design, planHash: first.hash, onFailure: 'stop' }, () => {}),
      {
        code: 'GW_PLAN_STALE',
        message: /made at generation 0, now it is 1/,
      },
    );
    const second = await agent.plan(design);
    await bench.disturb(VM_A, file => ({ ...file, spec: { ...file.spec, running: false } }));
    await assert.rejects(
      agent.apply({ design, planHash: second.hash, onFailure: 'stop' }, () => {}),
      {
        code: 'GW_PLAN_STALE',
        message: /vm\.cell-7\/robot-a \(running\)/,
      },
    );
    const other = sampleDesign({ memoryMiB: 512 });
    await assert.rejects(
      agent.apply({ design: other, planHash: second.hash, onFailure: 'stop' }, () => {}),
      {
        code: 'GW_PLAN_STALE',
        message: /for another design/,
      },
    );
    await assert.rejects(
      agent.apply({ design, planHash: 'a'.repeat(64), onFailure: 'stop' }, () => {}),
      {
        code: 'GW_PLAN_STALE',
        message: /did not make that plan/,
      },
    );
    assert.equal((await agent.info()).generation, 1);
    assert.equal((await agent.info()).busy, 'idle');
  });

  it('refuses designs of another gateway, another back end, or no right shape', async () => {
    const agent = await bench.start();
    await assert.rejects(agent.plan(sampleDesign({ gateway: 'cell-8' })), { code: 'GW_DESIGN_FOREIGN' });
    const linux: GatewayDesign = { ...sampleDesign(), gateway: { name: 'cell-7', backend: 'linux' } };
    await assert.rejects(agent.plan(linux), { code: 'GW_DESIGN_FOREIGN' });
    const unknown = { ...sampleDesign(), surprise: 1 } as unknown as GatewayDesign;
    await assert.rejects(agent.plan(unknown), { code: 'GW_AGENT_REQUEST', message: /surprise/ });
    const request = { design: unknown, planHash: 'a'.repeat(64), onFailure: 'stop' } as const;
    await assert.rejects(
      agent.apply(request, () => {}),
      { code: 'GW_AGENT_REQUEST' },
    );
  });

  it('refuses a design that uses what the drivers lack', async () => {
    const agent = await bench.start({
      memory: { facts: { segment: { lacks: { local: 'this kernel has no bridges' } } } },
    });
    await assert.rejects(agent.plan(sampleDesign()), { code: 'GW_BACKEND_LACKS', message: /no bridges/ });
  });

  it('refuses a kind for which the back end has no driver', async () => {
    const agent = await bench.start({ without: ['vm'] });
    await assert.rejects(agent.plan(sampleDesign()), { code: 'GW_KIND_UNSUPPORTED', message: /a vm/ });
  });

  it('does one thing at a time, and still answers who it is', async () => {
    const hold = gate();
    const agent = await bench.start({
      seam: ({ operation }) => (operation === 'create' ? hold.opened : undefined),
    });
    const plan = await agent.plan(sampleDesign());
    const request = { design: sampleDesign(), planHash: plan.hash, onFailure: 'stop' } as const;
    const first = agent.apply(request, () => {});
    await assert.rejects(
      agent.apply(request, () => {}),
      { code: 'GW_AGENT_BUSY' },
    );
    await assert.rejects(
      agent.rollback(() => {}),
      { code: 'GW_AGENT_BUSY' },
    );
    await assert.rejects(agent.plan(sampleDesign()), { code: 'GW_AGENT_BUSY' });
    assert.equal((await agent.info()).busy, 'applying');
    assert.equal(await agent.drift(), undefined);
    hold.open();
    assert.equal((await first).outcome, 'applied');
  });

  it('says that it failed when the world does not stay as it was made', async () => {
    const agent = await bench.start({
      async seam({ operation }) {
        // Somebody switches the VM off as often as we switch it on.
        if (operation === 'observe')
          await bench.disturb(VM_A, file => ({ ...file, spec: { ...file.spec, running: false } }));
      },
    });
    const result = await applyDesign(agent, sampleDesign());
    assert.equal(result.outcome, 'failed');
    assert.equal(result.generation, 0);
    assert.match(result.message, /still this is left: update vm\.cell-7\/robot-a/);
  });

  it('renames without making anew', async () => {
    const agent = await bench.start();
    await applyDesign(agent, sampleDesign());
    const renamed = sampleDesign({ vmName: 'robot-z', was: VM_A });
    const plan = await agent.plan(renamed);
    assert.deepEqual(
      plan.steps.filter(step => step.kind === 'vm').map(step => [step.action, step.was]),
      [['update', VM_A]],
    );
    assert.equal((await applyDesign(agent, renamed)).outcome, 'applied');
    assert.deepEqual((await agent.plan(renamed)).steps, []);
    const events: AgentEvent[] = [];
    await agent.rollback(event => events.push(event));
    assert.deepEqual(
      events.flatMap(event => (event.type === 'step-done' ? [event.step] : [])),
      [`update ${VM_A}`],
    );
  });
});

/** A simulated back end whose VMs say ten times how far they are, and then too much. @param tick  lets a tenth of a second pass */
function talkative(tick: () => void): DriverSet {
  const set = createMemory();
  const drivers = set.drivers.map(driver =>
    driver.kind === 'vm'
      ? { ...driver, connect: async (world: DriverWorld<Host>) => loud(await driver.connect(world)) }
      : driver,
  );
  const loud = (connection: Awaited<ReturnType<AnyDriver['connect']>>) => ({
    ...connection,
    handle: {
      ...connection.handle,
      async create(resource: Resource<never>, context: StepContext) {
        for (let count = 0; count <= 10; count += 1, tick()) context.progress?.('counts', count < 10 ? count / 10 : 7);
        await connection.handle.create(resource, context);
      },
    },
  });
  return { ...set, drivers };
}
