import assert from 'node:assert/strict';
import { GatewayDesign } from '../../runtime/model/design.ts';
import type { Observed } from '../../runtime/model/observed.ts';
import { plan } from '../../runtime/plan/plan.ts';
import {
  cellA,
  designOf,
  observedOf,
  plantEdge,
  robotA,
  robotPort,
  SAMPLE,
  vendorA,
  withSpec,
} from '../contract/samples.ts';
import { assertBefore, ids, planFor, stepOf } from './planning.ts';

const swap = <T extends { readonly address: string }>(changed: T) =>
  SAMPLE.map(entry => (entry.address === changed.address ? changed : entry)) as typeof SAMPLE;

describe('the plan', () => {
  it('has nothing to do when everything is as drawn', () => assert.deepEqual(planFor(SAMPLE, SAMPLE).steps, []));

  it('creates what is drawn and not there', () => {
    const { steps } = planFor([], [cellA]);
    assert.equal(steps.length, 1);
    assert.equal(steps[0]?.id, 'create segment.cell-7/cell-a');
    assert.deepEqual(steps[0]?.source, cellA.source);
    assert.equal(steps[0]?.tenant, 'vendor-a');
  });

  it('removes what is there and not drawn', () => {
    const { steps } = planFor([cellA], []);
    assert.deepEqual([steps[0]?.action, steps[0]?.source, steps[0]?.tenant], ['remove', undefined, 'vendor-a']);
  });

  it('changes in place what the driver can change in place', () => {
    const step = stepOf(planFor(SAMPLE, swap(withSpec(robotA, { startOrder: 1 }))), 'update vm.cell-7/robot-a');
    assert.deepEqual(step.changes, [{ field: 'startOrder', from: 100, to: 1, how: 'live' }]);
    assert.equal(step.reason, 'startOrder changes in place');
    assert.equal(step.impact.restartsVm, false);
  });

  it('restarts what only a restart can change', () => {
    const step = stepOf(planFor(SAMPLE, swap(withSpec(robotA, { memoryMiB: 256 }))), 'update vm.cell-7/robot-a');
    assert.equal(step.changes[0]?.how, 'restart');
    assert.equal(step.reason, 'memoryMiB takes effect with a restart');
    assert.equal(step.impact.restartsVm, true);
  });

  it('makes anew what the driver cannot change, in one step', () => {
    const facts = { vm: { mutable: { memoryMiB: 'restart' } } } as const;
    const changed = swap(withSpec(robotA, { image: 'other', memoryMiB: 256 }));
    const result = planFor(SAMPLE, changed, facts);
    assert.deepEqual(ids(result), ['replace vm.cell-7/robot-a']);
    const step = stepOf(result, 'replace vm.cell-7/robot-a');
    assert.equal(step.reason, 'memory cannot change image in place');
    assert.deepEqual(step.changes, [
      { field: 'image', from: 'tiny-linux', to: 'other' },
      { field: 'memoryMiB', from: 112, to: 256 },
    ]);
    assert.equal(step.impact.reversible, false);
  });

  it('completes what is half-made', () => {
    const observed = observedOf(SAMPLE);
    const half = { ...observed.resources[robotA.address], spec: { tenant: 'vendor-a' } };
    const resources = { ...observed.resources, [robotA.address]: half } as Observed['resources'];
    const input = {
      design: designOf(SAMPLE),
      observed: { ...observed, resources },
      facts: [],
      label: 'simulated',
    } as const;
    assert.deepEqual(ids(plan(input).plan), ['replace vm.cell-7/robot-a']);
  });

  it('starts a VM that was stopped behind our back, and nobody loses anything by that', () => {
    const stopped = swap(withSpec(robotA, { running: false }));
    const step = stepOf(planFor(stopped, SAMPLE), 'update vm.cell-7/robot-a');
    assert.deepEqual(step.changes, [{ field: 'running', from: false, to: true, how: 'live' }]);
    assert.equal(step.impact.darkSeconds, 0);
  });

  it('takes a design of a version that knew no field lines, and gives what that version made one by a restart', () => {
    const { fieldLine: _unknown, ...older } = robotA.spec;
    const design = designOf(SAMPLE);
    const resources = { ...design.resources, [robotA.address]: { ...robotA, spec: older } };
    assert.deepEqual(GatewayDesign.parse({ ...design, resources }), GatewayDesign.parse(design));
    const without = swap(withSpec(robotA, { fieldLine: false }));
    const step = stepOf(planFor(without, SAMPLE), 'update vm.cell-7/robot-a');
    assert.deepEqual(step.changes, [{ field: 'fieldLine', from: false, to: true, how: 'restart' }]);
    assert.equal(step.impact.restartsVm, true);
  });

  it('shows a switched-off bridge filter as drift of exactly that field', () => {
    const off = swap(withSpec(vendorA, { bridgeNetfilter: false }));
    const step = stepOf(planFor(off, SAMPLE), 'update policy.cell-7/vendor-a');
    assert.deepEqual(
      step.changes.map(change => change.field),
      ['bridgeNetfilter'],
    );
  });

  it('counts generations from the one that is there', () => {
    assert.deepEqual(planFor([], SAMPLE).generation, { from: 1, to: 2 });
  });

  it('is plain JSON', () => {
    const result = planFor(SAMPLE.slice(1), swap(withSpec(robotA, { vcpus: 2 })).slice(0, -1));
    assert.deepEqual(JSON.parse(JSON.stringify(result)), result);
  });

  it('bears observed fields of any shape', () => {
    const odd = { ...robotA, spec: { ...robotA.spec, nics: 'none', running: 'maybe', vcpus: null } };
    const observed = observedOf([odd as unknown as typeof robotA]);
    const input = { design: designOf([]), observed, facts: [], label: 'simulated' } as const;
    assert.deepEqual(ids(plan(input).plan), ['remove vm.cell-7/robot-a']);
  });
});

describe('a declared rename', () => {
  const renamed = { ...robotA, address: 'vm.cell-7/robot-b', was: robotA.address } as const;
  const wanted = SAMPLE.map(entry => (entry === robotA ? renamed : entry));

  it('keeps the thing running where the driver can rename', () => {
    const step = stepOf(planFor(SAMPLE, wanted), 'update vm.cell-7/robot-b');
    assert.equal(step.was, robotA.address);
    assert.deepEqual(step.changes, [{ field: 'address', from: robotA.address, to: renamed.address, how: 'live' }]);
    assert.equal(step.impact.darkSeconds, 0);
  });

  it('is one replacement that says why where the driver cannot', () => {
    const result = planFor(SAMPLE, wanted, { vm: { renames: false } });
    assert.deepEqual(ids(result), ['replace vm.cell-7/robot-b']);
    const step = stepOf(result, 'replace vm.cell-7/robot-b');
    assert.equal(step.was, robotA.address);
    assert.match(step.reason, /^renamed from vm.cell-7\/robot-a, which memory can only do by making it anew$/);
  });

  it('is history once it is done', () => {
    const there = SAMPLE.map(entry => (entry === robotA ? { ...robotA, address: renamed.address } : entry));
    assert.deepEqual(planFor(there, wanted).steps, []);
  });

  it('removes the old one when both are there', () => {
    assert.deepEqual(ids(planFor([...SAMPLE, { ...robotA, address: renamed.address }], wanted)), [
      'remove vm.cell-7/robot-a',
    ]);
  });

  it('has no effect while the old name is still drawn', () => {
    assert.deepEqual(ids(planFor(SAMPLE, [...SAMPLE, renamed])), ['create vm.cell-7/robot-b']);
  });

  it('is granted to one claimant only, the same one whatever the order', () => {
    const second = { ...renamed, address: 'vm.cell-7/robot-c' } as const;
    for (const both of [
      [...wanted, second],
      [second, ...wanted],
    ])
      assert.deepEqual(ids(planFor(SAMPLE, both)), ['update vm.cell-7/robot-b', 'create vm.cell-7/robot-c']);
  });

  it('does not restart a VM whose port got another name', () => {
    const port = { ...robotPort, address: 'port.cell-7/robot-a.lan', was: robotPort.address } as const;
    const vm = withSpec(robotA, { nics: [{ name: 'eth0', port: port.address, mac: '02:00:00:00:00:07', mtu: 1450 }] });
    const moved = [
      ...SAMPLE.filter(entry => entry !== robotPort && entry !== robotA),
      port,
      { ...vm, needs: [port.address] },
    ];
    const step = stepOf(planFor(SAMPLE, moved), 'update vm.cell-7/robot-a');
    assert.deepEqual(step.changes, [
      { field: 'nics[eth0].port', from: robotPort.address, to: port.address, how: 'live' },
    ]);
    assert.equal(step.impact.restartsVm, false);
  });

  it('restarts the VM when the port behind the new name is another one', () => {
    const port = { ...robotPort, address: 'port.cell-7/robot-a.lan', was: robotPort.address } as const;
    const vm = withSpec(robotA, { nics: [{ name: 'eth0', port: port.address, mac: '02:00:00:00:00:07', mtu: 1450 }] });
    const moved = [
      ...SAMPLE.filter(entry => entry !== robotPort && entry !== robotA),
      port,
      { ...vm, needs: [port.address] },
    ];
    const step = stepOf(planFor(SAMPLE, moved, { port: { renames: false } }), 'update vm.cell-7/robot-a');
    assert.equal(step.impact.restartsVm, true);
  });
});

describe('what stands on a replaced thing', () => {
  const facts = {
    segment: { mutable: {} },
    port: { rebuildWith: ['segment'] },
    vm: { rebuildWith: ['port'] },
  } as const;
  const wanted = swap(withSpec(cellA, { vni: 9 }));

  it('is made anew with it, along the whole chain, where its driver says so', () => {
    const result = planFor(SAMPLE, wanted, facts);
    assert.deepEqual([...ids(result)].sort(), [
      'replace port.cell-7/robot-a.eth0',
      'replace segment.cell-7/cell-a',
      'replace vm.cell-7/robot-a',
    ]);
    assert.equal(
      stepOf(result, 'replace vm.cell-7/robot-a').reason,
      'stands on port.cell-7/robot-a.eth0, which is made anew',
    );
    assertBefore(result, 'replace port.cell-7/robot-a.eth0', 'replace vm.cell-7/robot-a');
  });

  it('stays where its driver does not', () => {
    assert.deepEqual(ids(planFor(SAMPLE, wanted, { segment: { mutable: {} } })), ['replace segment.cell-7/cell-a']);
  });
});

describe('a design that cannot be planned', () => {
  it('is refused with the members of the circle', () => {
    const circle = designOf([{ ...cellA, needs: [plantEdge.address] }, plantEdge]);
    const input = {
      design: GatewayDesign.parse(circle),
      observed: observedOf([]),
      facts: [],
      label: 'simulated',
    } as const;
    assert.throws(() => plan(input), { code: 'GW_PLAN_CYCLE', message: /segment.cell-7\/cell-a → edge/ });
  });
});
