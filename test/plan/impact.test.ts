import assert from 'node:assert/strict';
import type { Resource } from '../../runtime/model/resource.ts';
import { cellA, plant, plantEdge, robotA, robotPort, SAMPLE, vendorA, withSpec } from '../contract/samples.ts';
import { planFor, stepOf } from './planning.ts';

const swap = (changed: Resource) => SAMPLE.map(entry => (entry.address === changed.address ? changed : entry));
const vm = { seconds: { create: 30, update: 1, restart: 20, remove: 5 } };
const slow = { seconds: { create: 4, update: 1, restart: 3, remove: 2 } };

describe('the forecast of outages', () => {
  it('says that nobody notices a creation', () => {
    for (const step of planFor([], SAMPLE).steps)
      assert.deepEqual(step.impact, { tenants: [], dark: [], darkSeconds: 0, restartsVm: false, reversible: true });
  });

  it('says that nobody notices a live change', () => {
    const step = stepOf(planFor(SAMPLE, swap(withSpec(cellA, { mtu: 1400 }))), 'update segment.cell-7/cell-a');
    assert.deepEqual(step.impact.dark, []);
  });

  it('counts a restarted VM and its ports as dark for the seconds of a restart', () => {
    const step = stepOf(planFor(SAMPLE, swap(withSpec(robotA, { vcpus: 2 })), { vm }), 'update vm.cell-7/robot-a');
    assert.deepEqual(step.impact, {
      tenants: ['vendor-a'],
      dark: [robotPort.address, robotA.address],
      darkSeconds: 20,
      restartsVm: true,
      reversible: true,
    });
  });

  it('adds removal and creation of a replacement, which loses what the VM held', () => {
    const facts = { vm: { ...vm, mutable: {} } };
    const step = stepOf(planFor(SAMPLE, swap(withSpec(robotA, { vcpus: 2 })), facts), 'replace vm.cell-7/robot-a');
    assert.equal(step.impact.darkSeconds, 35);
    assert.equal(step.impact.reversible, false);
  });

  for (const [changed, id] of [
    [withSpec(plant, { device: 'plant1' }), 'replace uplink.cell-7/plant'],
    [withSpec(cellA, { mtu: 1400 }), 'replace segment.cell-7/cell-a'],
    [withSpec(plantEdge, { nat: false }), 'replace edge.cell-7/plant-edge.cell-a'],
    [withSpec(vendorA, { links: [] }), 'replace policy.cell-7/vendor-a'],
    [withSpec(robotPort, { mtu: 1400 }), 'replace port.cell-7/robot-a.eth0'],
  ] as const)
    it(`cuts off the ports behind a step such as ${id}`, () => {
      const facts = { [changed.kind]: { ...slow, mutable: {} } };
      const { impact } = stepOf(planFor(SAMPLE, swap(changed), facts), id);
      assert.deepEqual(impact.dark, [robotPort.address]);
      assert.deepEqual([impact.darkSeconds, impact.tenants, impact.restartsVm], [6, ['vendor-a'], false]);
    });

  it('does not count ports that go away themselves', () => {
    assert.deepEqual(stepOf(planFor(SAMPLE, []), 'remove segment.cell-7/cell-a').impact.dark, []);
  });

  it('says that a stopped VM loses nothing', () => {
    const stopped = swap(withSpec(robotA, { running: false, vcpus: 2 }));
    assert.equal(stepOf(planFor(stopped, SAMPLE), 'update vm.cell-7/robot-a').impact.darkSeconds, 0);
  });

  it('calls a renamed VM by its new name', () => {
    const base = { ...withSpec(robotA, { vcpus: 2 }), address: 'vm.cell-7/robot-b', was: robotA.address } as const;
    const wanted = [...SAMPLE.filter(entry => entry !== robotA), base];
    const { impact } = stepOf(planFor(SAMPLE, wanted), 'update vm.cell-7/robot-b');
    assert.deepEqual(impact.dark, [robotPort.address, 'vm.cell-7/robot-b']);
  });
});
