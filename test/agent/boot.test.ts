// What an agent does after its box was started anew: bridges, rules and running VMs are gone, what was applied is known.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Host } from '../../runtime/host/host.ts';
import { localHost } from '../../runtime/host/local.ts';
import type { Address } from '../../runtime/model/address.ts';
import { GatewayDesign } from '../../runtime/model/design.ts';
import type { AgentEvent } from '../../runtime/model/events.ts';
import { addressesIn, addressesOf, applyDesign, type Bench, eventOf, openBench, sampleDesign, VM_A } from './sample.ts';

const VM_B = VM_A.replace('robot-a', 'robot-b') as Address<'vm'>;
const LAN_A = VM_A.replace('vm.', 'segment.').replace('robot-a', 'lan-a') as Address;

/** A host in its n-th start. */
function started(count: number): Host {
  const boot = `boot-${count}\n`;
  return {
    ...localHost,
    readFile: path => (path.endsWith('/boot_id') ? Promise.resolve(boot) : localHost.readFile(path)),
  };
}

/** The sample, robot-a being started after robot-b, as the compiler says it for a higher start order. */
function inOrder(): GatewayDesign {
  const design = sampleDesign();
  const later = design.resources[VM_A] ?? assert.fail();
  const changed = { ...later, needs: [...later.needs, VM_B].sort(), spec: { ...later.spec, startOrder: 1 } };
  return GatewayDesign.parse({ ...design, resources: { ...design.resources, [VM_A]: changed } });
}

describe('an agent after a start of its box', () => {
  let bench: Bench;
  beforeEach(async () => {
    bench = await openBench();
  });
  afterEach(() => bench.end());

  /** Everything is applied in the first start; then the box goes down, and takes away what is not kept. */
  async function goDown(design = inOrder()): Promise<void> {
    const agent = await bench.start({ host: started(1) });
    await applyDesign(agent, design);
    await agent.close();
    for (const vm of [VM_A, VM_B])
      await bench.disturb(vm, file => ({ ...file, spec: { ...file.spec, running: false } }));
    await bench.disturb(LAN_A, () => undefined);
  }

  it('brings back what was applied, VM after VM in the order of their start', async () => {
    await goDown();
    const agent = await bench.start({ host: started(2) });
    const seen: AgentEvent[] = [];
    agent.watch(event => seen.push(event));
    assert.equal((await agent.info()).busy, 'recovering');
    const { outcome, generation, message } = await eventOf(agent, 'apply-ended');
    assert.deepEqual([outcome, generation], ['rolled-back', 1]);
    assert.equal(message, 'the box was started anew; generation 1 is complete again');
    await agent.settled();
    const vms = [...seen, ...agent.eventsSince(0)].flatMap(event => (event.type === 'step-done' ? event.step : []));
    const order = [...new Set(vms)].filter(step => step.endsWith(VM_A) || step.endsWith(VM_B));
    assert.deepEqual(order, [`update ${VM_B}`, `update ${VM_A}`]);
    assert.deepEqual((await agent.plan(inOrder())).steps, []);
    assert.deepEqual(await addressesOf(agent), addressesIn(inOrder()));
  });

  it('does so once, and leaves alone what is changed from then on', async () => {
    await goDown();
    const second = await bench.start({ host: started(2) });
    await second.settled();
    await second.close();
    await bench.disturb(VM_A, file => ({ ...file, spec: { ...file.spec, running: false } }));
    const agent = await bench.start({ host: started(2) });
    assert.equal((await agent.info()).busy, 'idle');
    assert.deepEqual(
      (await agent.plan(inOrder())).steps.map(step => step.id),
      [`update ${VM_A}`],
    );
  });

  it('leaves everything as it is when the same start goes on, or none was remembered', async () => {
    await goDown();
    const same = await bench.start({ host: started(1) });
    assert.equal((await same.info()).busy, 'idle');
    await same.close();
    await localHost.remove(join(bench.folder, 'state/boot'));
    const unknown = await bench.start({ host: started(2) });
    assert.equal((await unknown.info()).busy, 'idle');
    assert.equal(await readFile(join(bench.folder, 'state/boot'), 'utf8'), 'boot-2\n', 'from now on it is');
  });

  it('has nothing to do when nothing was applied', async () => {
    await (await bench.start({ host: started(1) })).close();
    const agent = await bench.start({ host: started(2) });
    await agent.settled();
    assert.equal((await agent.info()).generation, 0);
    assert.deepEqual(
      agent.eventsSince(0).filter(event => event.type === 'apply-ended'),
      [],
    );
  });

  it('says when it cannot, keeps what was applied, and tries again at its next start', async () => {
    await goDown();
    const failing = await bench.start({
      host: started(2),
      seam({ operation, address }) {
        if (operation === 'update' && address === VM_B) throw new Error('boom');
      },
    });
    const alarm = await eventOf(failing, 'alarm');
    assert.equal(alarm.code, 'GW_RESTORE_FAILED');
    assert.match(alarm.message, /^the box was started anew; .*boom/);
    await failing.settled();
    assert.equal((await failing.info()).generation, 1);
    await failing.close();
    const agent = await bench.start({ host: started(2) });
    assert.equal((await eventOf(agent, 'apply-ended')).outcome, 'rolled-back');
    await agent.settled();
    assert.deepEqual((await agent.plan(inOrder())).steps, []);
  });

  it('can be rolled back afterwards to what was before', async () => {
    const first = await bench.start({ host: started(1) });
    await applyDesign(first, sampleDesign({ tenants: ['a'] }));
    await first.close();
    await goDown();
    const agent = await bench.start({ host: started(2) });
    await eventOf(agent, 'apply-ended');
    await agent.settled();
    const result = await agent.rollback(() => {});
    assert.deepEqual([result.outcome, result.generation], ['rolled-back', 1]);
    assert.deepEqual(await addressesOf(agent), addressesIn(sampleDesign({ tenants: ['a'] })));
  });

  it('goes on when it is stopped in the middle of that', async () => {
    await goDown();
    let reached = () => {};
    const waiting = new Promise<void>(resolve => {
      reached = resolve;
    });
    const second = await bench.start({
      host: started(2),
      seam: ({ operation, address, signal }) =>
        operation === 'update' && address === VM_B && signal !== undefined
          ? new Promise<void>(resolve => {
              signal.addEventListener('abort', () => resolve(), { once: true });
              reached();
            })
          : undefined,
    });
    await waiting;
    await second.close();
    const agent = await bench.start({ host: started(2) });
    const { outcome, generation } = await eventOf(agent, 'apply-ended');
    assert.deepEqual([outcome, generation], ['rolled-back', 1]);
    await agent.settled();
    assert.deepEqual((await agent.plan(inOrder())).steps, []);
  });
});
