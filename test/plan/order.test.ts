import assert from 'node:assert/strict';
import type { Resource } from '../../runtime/model/resource.ts';
import {
  cellA,
  plant,
  plantEdge,
  resource,
  robotA,
  robotPort,
  SAMPLE,
  vendorA,
  withSpec,
} from '../contract/samples.ts';
import { assertBefore, ids, planFor, stepOf } from './planning.ts';

const without = (...gone: readonly Resource[]) => SAMPLE.filter(entry => !gone.includes(entry));

describe('the order of a plan', () => {
  it('creates each thing after all that it needs', () => {
    const result = planFor([], SAMPLE);
    for (const { address, needs } of SAMPLE)
      for (const need of needs) assertBefore(result, `create ${need}`, `create ${address}`);
  });

  it('reaches through things that have nothing to do', () => {
    const fewer = SAMPLE.filter(entry => entry !== robotA && entry !== cellA);
    const later = { ...robotA, needs: [robotPort.address] };
    const result = planFor([robotPort], [cellA, robotPort, later]);
    assert.ok(fewer.includes(robotPort));
    assertBefore(result, 'create segment.cell-7/cell-a', 'create vm.cell-7/robot-a');
  });

  it('removes each thing before all that it stood on, and a policy after what it guarded', () => {
    const result = planFor(SAMPLE, []);
    for (const { address, needs } of SAMPLE)
      for (const need of needs) assertBefore(result, `remove ${address}`, `remove ${need}`);
  });

  it('removes a half-made thing before everything it might stand on', () => {
    const half = { ...robotA, spec: {} as typeof robotA.spec };
    const result = planFor([cellA, robotPort, half], []);
    assertBefore(result, 'remove vm.cell-7/robot-a', 'remove port.cell-7/robot-a.eth0');
    assertBefore(result, 'remove vm.cell-7/robot-a', 'remove segment.cell-7/cell-a');
  });

  it('stops VMs in the reverse of their start order', () => {
    const first = withSpec({ ...robotA, address: 'vm.cell-7/database' } as typeof robotA, { startOrder: 1, nics: [] });
    assertBefore(planFor([...SAMPLE, first], []), 'remove vm.cell-7/robot-a', 'remove vm.cell-7/database');
  });

  it('removes a port only after its VM has let go of it', () => {
    const unplugged = { ...withSpec(robotA, { nics: [] }), needs: [] };
    const result = planFor(SAMPLE, [...without(robotA, robotPort), unplugged]);
    assertBefore(result, 'update vm.cell-7/robot-a', 'remove port.cell-7/robot-a.eth0');
  });

  it('takes the guard off a leg only after the leg is gone', () => {
    const unguarded = withSpec(vendorA, { links: [] });
    const result = planFor(SAMPLE, [...without(vendorA, plantEdge), unguarded]);
    assertBefore(result, 'remove edge.cell-7/plant-edge.cell-a', 'update policy.cell-7/vendor-a');
  });

  it('takes the guard off a VM only after the VM is gone', () => {
    const unguarded = withSpec(vendorA, { bindings: [] });
    const result = planFor(SAMPLE, [...without(vendorA, robotA, robotPort), unguarded]);
    assertBefore(result, 'remove vm.cell-7/robot-a', 'update policy.cell-7/vendor-a');
  });

  it('frees a VNI before another segment takes it, and everything still arrives', () => {
    const moved = resource('segment', 'cell-z', { ...cellA.spec, vswitch: 'cell-z' });
    const port = { ...withSpec(robotPort, { segment: moved.address }), needs: [moved.address] };
    const there = [cellA, robotPort, robotA];
    const result = planFor(there, [moved, port, { ...robotA, needs: [port.address] }]);
    assertBefore(result, 'remove segment.cell-7/cell-a', 'create segment.cell-7/cell-z');
    assertBefore(result, 'create segment.cell-7/cell-z', 'update port.cell-7/robot-a.eth0');
  });

  it('moves first and removes then where nothing is exclusive', () => {
    const moved = resource('segment', 'cell-z', { ...cellA.spec, vswitch: 'cell-z', vni: 77 });
    const port = { ...withSpec(robotPort, { segment: moved.address }), needs: [moved.address] };
    const result = planFor([cellA, robotPort], [moved, port]);
    assertBefore(result, 'update port.cell-7/robot-a.eth0', 'remove segment.cell-7/cell-a');
  });

  it('frees an outside address and a MAC before a successor takes them', () => {
    const leg = { ...plantEdge, address: 'edge.cell-7/other.cell-a' } as const;
    const vm = { ...robotA, address: 'vm.cell-7/robot-z' } as const;
    const result = planFor(SAMPLE, [...without(plantEdge, robotA), leg, vm]);
    assertBefore(result, 'remove edge.cell-7/plant-edge.cell-a', 'create edge.cell-7/other.cell-a');
    assertBefore(result, 'remove vm.cell-7/robot-a', 'create vm.cell-7/robot-z');
  });

  it('lists steps after those they need, which are all steps of the plan, sorted', () => {
    for (const result of [planFor([], SAMPLE), planFor(SAMPLE, []), planFor([plant, cellA], SAMPLE)])
      for (const [index, step] of result.steps.entries()) {
        const earlier = ids(result).slice(0, index);
        assert.ok(
          step.needs.every(need => earlier.includes(need)),
          step.id,
        );
        assert.deepEqual([...step.needs].sort(), step.needs);
      }
  });

  it('needs nothing for a single change', () => {
    const result = planFor(SAMPLE, [...without(robotA), withSpec(robotA, { vcpus: 2 })]);
    assert.deepEqual(stepOf(result, 'update vm.cell-7/robot-a').needs, []);
  });
});
