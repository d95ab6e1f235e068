// A real-time VM held against the profile of its box while it is drawn.
import assert from 'node:assert/strict';
import { NODE_TYPES } from '../../nodes/catalog.ts';
import { compile } from '../../runtime/compile/compile.ts';
import { type BoxProfile, emptyProfile } from '../../runtime/hardware/profile.ts';
import { flowText } from '../../scripts/golden.ts';

type Compute = Omit<NonNullable<BoxProfile['compute']>, 'evidence'>;
const REAL_TIME = {
  ...{ vcpuPins: '3', emulatorPin: '0', fifoPriority: 40, lockedMemory: true },
  ...{ hugePages: '2-mib', memoryMiB: 128 },
};
const READY = {
  cpus: [0, 1, 2, 3],
  isolatedCpus: [3],
  realtimeKernel: true,
  locksMemory: true,
  hugePages: [{ sizeMiB: 2, count: 64 }],
};

/** Codes of what is found in single-box with a real-time VM. @param compute  of its profile; `undefined` = drawn by hand */
function found(compute: Compute | undefined): readonly string[] {
  const evidence = { '*': { confidence: 'probed', source: 'a test' } };
  const box = { model: 'imported', profile: { ...emptyProfile(), compute: { ...compute, evidence } } };
  const flow = (JSON.parse(flowText('single-box')) as { type: string }[]).map(node => {
    if (node.type === 'gatewright-vm') return { ...node, ...REAL_TIME };
    return node.type === 'gatewright-hardware' && compute !== undefined ? { ...node, ...box } : node;
  });
  const { diagnostics } = compile(flow, NODE_TYPES);
  return diagnostics.map(({ severity, code }) => `${severity} ${code}`).filter(each => each.includes('PLACEMENT'));
}

describe('a real-time VM on a box that is drawn', () => {
  it('is fine where the profile of the box has what it wants', () => assert.deepEqual(found(READY), []));

  it('is fine where nothing of that is known: the agent looks', () => {
    assert.deepEqual(found(undefined), []);
    assert.deepEqual(found({}), []);
  });

  it('is told while it is drawn what the profile of the box says otherwise', () => {
    const plain = { cpus: [0, 1], isolatedCpus: [], realtimeKernel: false, locksMemory: false, hugePages: [] };
    assert.deepEqual(found(plain).toSorted(), [
      'error GW_PLACEMENT_CPU',
      'error GW_PLACEMENT_HUGE_PAGES',
      'error GW_PLACEMENT_LOCK',
      'warning GW_PLACEMENT_KERNEL',
      'warning GW_PLACEMENT_NOT_ISOLATED',
    ]);
  });
});
