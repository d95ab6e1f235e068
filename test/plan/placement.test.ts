// What the box of a gateway has for VMs that want processors and memory of their own: told when it is planned.
import assert from 'node:assert/strict';
import type { Compute } from '../../runtime/model/compute.ts';
import type { VmSpec } from '../../runtime/model/kinds/vm.ts';
import { robotA, SAMPLE, withSpec } from '../contract/samples.ts';
import { planned } from './planning.ts';

/** A box made for it: two of its four CPUs are isolated, its kernel is a real-time one. */
const READY: Compute = {
  cpus: [0, 1, 2, 3],
  isolatedCpus: [2, 3],
  realtimeKernel: true,
  locksMemory: true,
  hugePages: [{ sizeMiB: 2, count: 56 }],
};
const REAL_TIME: Partial<VmSpec> = { vcpuPins: ['3'], emulatorPin: '0-1', fifoPriority: 40, lockedMemory: true };

function found(spec: Partial<VmSpec>, compute: Compute | undefined) {
  const design = [...SAMPLE.filter(each => each !== robotA), withSpec(robotA, spec)];
  const facts = compute === undefined ? {} : { compute };
  return planned([], design, { vm: facts }).diagnostics;
}
const told = (spec: Partial<VmSpec>, compute: Compute) =>
  found(spec, compute).map(({ severity, code, source }) => [severity, code, source.field]);

describe('a VM that wants processors or memory of its own', () => {
  const everything: Partial<VmSpec> = { ...REAL_TIME, hugePages: '2-mib' };

  it('is planned without a word on a box that has them', () => {
    assert.deepEqual(told(everything, READY), []);
    assert.deepEqual(told({ vcpuPins: ['0-3'], leastMemoryMiB: 96 }, { ...READY, isolatedCpus: [] }), []);
  });

  it('is planned without a word where nothing is known of the box', () => {
    assert.deepEqual(found(everything, {}), []);
    assert.deepEqual(found(everything, undefined), []);
  });

  for (const [what, lacking, expected] of [
    ['lacks the CPU', { cpus: [0, 1, 2] }, ['error', 'GW_PLACEMENT_CPU', 'vcpuPins']],
    ['lacks a CPU for the rest of it', { cpus: [1, 2, 3] }, ['error', 'GW_PLACEMENT_CPU', 'emulatorPin']],
    ['isolates another CPU', { isolatedCpus: [2] }, ['warning', 'GW_PLACEMENT_NOT_ISOLATED', 'vcpuPins']],
    ['isolates no CPU', { isolatedCpus: [] }, ['warning', 'GW_PLACEMENT_NOT_ISOLATED', 'vcpuPins']],
    ['has an ordinary kernel', { realtimeKernel: false }, ['warning', 'GW_PLACEMENT_KERNEL', 'fifoPriority']],
    ['locks no memory', { locksMemory: false }, ['error', 'GW_PLACEMENT_LOCK', 'lockedMemory']],
    [
      'has too few huge pages',
      { hugePages: [{ sizeMiB: 2, count: 55 }] },
      ['error', 'GW_PLACEMENT_HUGE_PAGES', 'hugePages'],
    ],
    ['has others', { hugePages: [{ sizeMiB: 1024, count: 9 }] }, ['error', 'GW_PLACEMENT_HUGE_PAGES', 'hugePages']],
  ] as const)
    it(`is told when the box ${what}`, () =>
      assert.deepEqual(told(everything, { ...READY, ...lacking } as Compute), [expected]));

  it('says that its time is not kept only when it asked for that', () => {
    const ordinary = { vcpuPins: ['3'], emulatorPin: '0' };
    assert.deepEqual(told(ordinary, { ...READY, isolatedCpus: [], realtimeKernel: false }), []);
  });

  it('shares the huge pages of its box with the others, and all of them are told when they are too few', () => {
    const other = { ...withSpec(robotA, { hugePages: '2-mib' }), address: 'vm.cell-7/robot-b' } as typeof robotA;
    const both = [withSpec(robotA, { hugePages: '2-mib' }), { ...other, source: { node: 'b', label: 'robot-b' } }];
    const { diagnostics } = planned([], both, { vm: { compute: READY } });
    const [first, second] = diagnostics.filter(({ code }) => code === 'GW_PLACEMENT_HUGE_PAGES');
    assert.match(first?.summary ?? '', /want 112 huge pages of 2 MiB; cell-7 has 56 for VMs\.$/);
    assert.deepEqual(first?.related, [{ node: 'b', label: 'robot-b' }]);
    assert.equal(second?.source.node, 'b');
  });

  it('names the CPUs in words that can be acted on', () => {
    const summaries = found({ vcpuPins: ['6-7'] }, READY).map(({ summary, remedy }) => `${summary} ${remedy}`);
    assert.deepEqual(summaries, [
      `${robotA.source.label ?? robotA.source.node} is pinned to CPUs 6 to 7; cell-7 has CPUs 0 to 3. Name CPUs that cell-7 has.`,
    ]);
  });
});
