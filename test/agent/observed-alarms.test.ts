// What a driver sees wrong with a resource: told to everybody who watches, and in the plan that puts it right.
import assert from 'node:assert/strict';
import { createMemory } from '../../runtime/drivers/memory/driver.ts';
import type { AnyDriver, DriverSet } from '../../runtime/host/driver-set.ts';
import type { AgentEvent } from '../../runtime/model/events.ts';
import type { ObservedFinding } from '../../runtime/model/observed.ts';
import { applyDesign, type Bench, eventOf, openBench, sampleDesign, VM_A } from './sample.ts';

const FINDING: ObservedFinding = { code: 'GW_SECURE_BOOT_BYPASSED', message: `${VM_A} runs a kernel; find out who` };

/** The simulated back end, which finds something wrong with every VM that does not run. */
function finding(): DriverSet {
  const wrapped = (driver: AnyDriver): AnyDriver => ({
    ...driver,
    async connect(world) {
      const { facts, handle } = await driver.connect(world);
      const observe: typeof handle.observe = async signal =>
        (await handle.observe(signal)).map(one =>
          'running' in one.spec && one.spec.running === false ? { ...one, findings: [FINDING] } : one,
        );
      return { facts, handle: { ...handle, observe } };
    },
  });
  return { backend: 'simulated', drivers: createMemory().drivers.map(one => (one.kind === 'vm' ? wrapped(one) : one)) };
}

describe('what a driver sees wrong', () => {
  let bench: Bench;
  beforeEach(async () => {
    bench = await openBench();
  });
  afterEach(() => bench.end());
  const halt = (running: boolean) => bench.disturb(VM_A, file => ({ ...file, spec: { ...file.spec, running } }));

  it('is an alarm, once until it has gone, and stands in the drift with its code', async () => {
    const agent = await bench.start({ driverSets: [finding()] });
    await applyDesign(agent, sampleDesign());
    const alarms: AgentEvent[] = [];
    agent.watch(event => event.type === 'alarm' && alarms.push(event));
    const drift = eventOf(agent, 'drift');
    await halt(false);
    const [step] = (await drift).steps;
    assert.match(
      step?.reason ?? '',
      /nobody checks its signature \[GW_SECURE_BOOT_BYPASSED\]; running changes in place$/,
    );
    for (let look = 0; look < 3; look += 1) await agent.drift();
    assert.deepEqual(
      alarms.map(alarm => alarm.type === 'alarm' && [alarm.code, alarm.message]),
      [[FINDING.code, FINDING.message]],
    );
    assert.deepEqual((await agent.observe()).resources[VM_A]?.findings, [FINDING]);
    await halt(true);
    assert.deepEqual((await agent.drift())?.steps, []);
    const again = eventOf(agent, 'alarm');
    await halt(false);
    await agent.drift();
    assert.equal((await again).code, FINDING.code);
  });
});
